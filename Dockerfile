# Hearthline on Node 24, without development dependencies, as a user without rights. Nothing is compiled.
FROM node:24-alpine AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24-alpine
ENV NODE_ENV=production \
    HEARTHLINE_DATA=/data \
    HEARTHLINE_HOST=0.0.0.0
WORKDIR /app
# A volume made at /data belongs to whom the folder belongs to here.
RUN mkdir /data && chown node:node /data
COPY --from=dependencies /app/node_modules ./node_modules
COPY . .
USER node
VOLUME /data
EXPOSE 1883 8080
# /healthz says that the process lives. /readyz is for whoever routes to it: a degraded one must not be restarted.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HEARTHLINE_HTTP_PORT || 8080}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "hearthline.ts"]
CMD ["serve"]
