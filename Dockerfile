# Debian slim instead of Alpine, because most servers use glibc.
# The bundle is plain JavaScript, so it is built once, on the platform of the build machine, for images of all platforms.
FROM --platform=$BUILDPLATFORM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY rolldown.config.ts tsconfig.json ./
COPY src ./src
RUN npm run build

FROM node:24.21.0-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
COPY package.json ./
COPY drizzle ./drizzle
COPY --from=build /app/dist ./dist
# The user `node` of the image, as a number: Kubernetes cannot tell from a name that it is not root (runAsNonRoot).
USER 1000:1000
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=2s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# V8's young generation gets 64 MB from the start. docs/decisions/v8-flags.md says why.
ENTRYPOINT ["node", "--min-semi-space-size=64", "--max-semi-space-size=64", "dist/cli.js"]
CMD ["serve"]
# The labels come last, because their values differ for each build. A release adds those that GitHub knows, such as the source.
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="segments-gateway" \
  org.opencontainers.image.description="A gateway that serves customer segments over REST and GraphQL, stored in Postgres" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.revision="$REVISION"
