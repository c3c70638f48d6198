# Two stages: what builds stays behind. Mirrors: --build-arg REGISTRY=<mirror>/library/ and NPM_REGISTRY=<mirror>.
ARG REGISTRY=docker.io/library/

FROM ${REGISTRY}node:24-bookworm-slim AS build
ARG NPM_REGISTRY=https://registry.npmjs.org
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund --registry=${NPM_REGISTRY}
COPY tsconfig.json tsconfig.build.json ./
COPY knowledge knowledge
COPY flows flows
COPY bot bot
COPY server server
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${REGISTRY}node:24-alpine
WORKDIR /app
ENV DATA_DIR=/data PORT=3000
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/knowledge knowledge
COPY --from=build /app/server server
COPY --from=build /app/dist dist
RUN mkdir -m 0700 /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
# Whether the process lives; whether it can keep what residents say is /readyz.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD wget -q -O /dev/null "http://127.0.0.1:${PORT}/healthz"
CMD ["node", "--min-semi-space-size=32", "--max-semi-space-size=32", "--no-parallel-scavenge", "--heap-growing-percent=25", "dist/server/main.js"]
