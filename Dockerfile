# The server, as it runs: Node 24 reads the TypeScript, so nothing is built. See docs/adr/0008-node-24-launcher.md.
FROM node:24-bookworm-slim

ENV NODE_ENV=production \
    NODE_OPTIONS="--disable-warning=ExperimentalWarning --max-old-space-size=256 --max-semi-space-size=32" \
    DATA_DIR=/data \
    PORT=3000

WORKDIR /app

# Packages first: this layer changes only when the lockfile does. What is optional is a Node and a Postgres of our own,
# which this image and DATABASE_URL make needless. --ignore-scripts: no package runs code while it is installed.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force

# Group chats only: --build-arg WECHATY=1, and a container of its own with `start --only wechaty` (docs/wechaty.md).
ARG WECHATY=
COPY wechaty/library/package.json wechaty/library/package-lock.json ./wechaty/library/
RUN if [ -n "$WECHATY" ]; then npm ci --prefix wechaty/library --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force; fi

COPY . .

# Daily roots and, unless MASTER_KEY is set, the key of personal data. Made here so that a new volume belongs to `node`.
RUN mkdir -m 700 /data && chown node:node /data
VOLUME /data

# uid 1000 of the official image. The code stays root's: what serves can't change it.
USER node

EXPOSE 3000

# Workers alone have no port: compose.yaml turns this off for them.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

# Not npm and not the launcher: signals reach the process itself, which drains within 10 s.
ENTRYPOINT ["node", "cli.ts"]
CMD ["start"]
