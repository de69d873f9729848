# MCP over HTTP in a container: docker build -t twilio-mcp . && docker run -p 3000:3000 --env-file .env -v twilio-mcp:/data twilio-mcp
# It does not start without tokens (in /data) or an OAuth issuer: see README, "For a team, over HTTP".
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY src ./src
RUN npm run build
RUN npm prune --omit=dev --ignore-scripts

FROM node:24-slim
ENV NODE_ENV=production \
    TWILIO_MCP_HTTP_HOST=0.0.0.0 \
    TWILIO_MCP_HTTP_PORT=3000 \
    XDG_STATE_HOME=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json SKILL.md LICENSE ./
COPY references ./references
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.TWILIO_MCP_HTTP_PORT+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["http"]
