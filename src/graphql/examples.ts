/** The initial contents of GraphiQL. All examples are in one document, so that the token is entered only once. */
export const EXAMPLES = {
  title: 'Segments',
  query: `# Welcome. If "Headers" below has no token yet, put yours there.
# Then press the play button and pick an operation.

query LatestSegments {
  segments(first: 10) {
    nodes { id name criteria createdAt }
    pageInfo { hasNextPage endCursor }
    totalCount
  }
}

mutation CreateSegment {
  createSegment(
    input: {
      name: "High Spend Customers"
      criteria: "Customers who spend more than $1000 per month"
      description: "Our best customers"
    }
  ) {
    ... on CreateSegmentPayload { segment { id name } }
    ... on SegmentInvalidInput { issues { param message } }
  }
}

# Creates all of them, or none: up to 1,000. Try an empty name.
mutation CreateManySegments {
  createSegments(
    input: {
      segments: [
        { name: "New Customers", criteria: "Joined less than 30 days ago", description: "" }
        { name: "Former Customers", criteria: "No order for a year", description: "" }
      ]
    }
  ) {
    ... on CreateSegmentsPayload { segments { id name } }
    ... on SegmentInvalidInput { issues { param message } }
  }
}

query FindSegments {
  segments(
    filter: { name: { contains: "spend" } }
    orderBy: { field: NAME, direction: ASC }
  ) {
    edges { cursor node { id name updatedAt } }
  }
}

# Which customers are in the latest segments. Add some with addSegmentMembers.
query Members {
  segments(first: 3) {
    nodes {
      name
      memberCount
      members(first: 5) { nodes { customer { id } joinedAt } }
    }
  }
}

# Where changes are sent. Add a URL with createSegmentWebhook.
query Webhooks {
  segmentWebhooks {
    url
    status
    lag
    lastError { occurredAt statusCode error }
  }
}

# Runs until you stop it: create or change a segment in another tab.
subscription FollowChanges {
  segmentEvents {
    cursor
    type
    segment { id name }
    changes { property before after }
    actor { kind name }
  }
}
`,
};
