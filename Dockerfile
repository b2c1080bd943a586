# All that depends on the platform happens in the first stages, which run on the builder's own, and the last
# stage runs nothing: `docker buildx build --platform linux/amd64,linux/arm64 .` needs no emulator.
FROM --platform=$BUILDPLATFORM node:24-slim AS compiled
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
COPY streams ./streams
COPY schemas ./schemas
RUN npm run build

FROM --platform=$BUILDPLATFORM node:24-slim AS package
ARG TARGETARCH
WORKDIR /package
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund
# better-sqlite3 brings a binary for each platform and SQLite's sources; others bring what only compilers read.
RUN case "$TARGETARCH" in \
      amd64) binary=linux-x64.node ;; \
      arm64) binary=linux-arm64.node ;; \
      *) echo "The image is for amd64 and arm64, not for '$TARGETARCH'." >&2; exit 1 ;; \
    esac \
 && find node_modules/better-sqlite3/prebuilds -type f ! -name "$binary" -delete \
 && rm -r node_modules/better-sqlite3/deps node_modules/better-sqlite3/src node_modules/node-addon-api \
      node_modules/undici/docs node_modules/undici/types node_modules/zod/src \
 && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.cts' -o -name '*.map' -o -iname 'readme*' \) -delete \
 && rm package-lock.json
COPY spec.json LICENSE ./
COPY bin ./bin
COPY --from=compiled /build/dist ./dist
RUN mkdir /commands /data \
 && ln -s /airbyte/integration_code/bin/source-kommo.js /commands/source-kommo \
 && ln -s /airbyte/integration_code/bin/tap-kommo.js /commands/tap-kommo

FROM node:24-slim
LABEL io.airbyte.name="source-kommo/source-kommo" \
      io.airbyte.version="0.1.0" \
      org.opencontainers.image.title="source-kommo" \
      org.opencontainers.image.licenses="MIT"
# The code belongs to root; the program runs as uid 1000 and cannot change it.
COPY --from=package /package /airbyte/integration_code
COPY --from=package /commands /usr/local/bin
COPY --from=package --chown=1000:1000 /data /data
# The platform evaluates this with arguments behind it, and never looks at ENTRYPOINT (airbyte.md §2.2).
ENV AIRBYTE_ENTRYPOINT="/usr/local/bin/node /airbyte/integration_code/bin/source-kommo.js" \
    NODE_ENV=production \
    TZ=UTC
WORKDIR /data
USER 1000:1000
ENTRYPOINT ["/usr/local/bin/node", "/airbyte/integration_code/bin/source-kommo.js"]
