/** The data that the suite expects. */
export const user = {
  email: 'support@apollographql.com',
  name: 'Jane Smith',
  totalProductsCreated: 1337,
  yearsOfEmployment: 10,
};

export const deprecatedProduct = {
  sku: 'apollo-federation-v1',
  package: '@apollo/federation-v1',
  reason: 'Migrate to Federation V2',
};

const dimensions = { size: 'small', weight: 1, unit: 'kg' };
const federation = { study: { caseNumber: '1234', description: 'Federation Study' } };
const studio = { study: { caseNumber: '1235', description: 'Studio Study' } };
export const research = [federation, studio];

export const products = [
  {
    id: 'apollo-federation',
    sku: 'federation',
    package: '@apollo/federation',
    variation: { id: 'OSS' },
    dimensions,
    research: federation,
  },
  {
    id: 'apollo-studio',
    sku: 'studio',
    package: '',
    variation: { id: 'platform' },
    dimensions,
    research: studio,
  },
];
