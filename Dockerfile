# Three stages: build with everything, install what runs, and the image. It runs without root, and with a read-only root file
# system: only /data is written (docker run --read-only -v unify-pki:/data …).
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY .ci/after-build.mjs .ci/after-build.mjs
COPY src src
RUN npm run build

FROM node:22-bookworm-slim AS runtime
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production UNIFY_PKI_HOST=0.0.0.0 UNIFY_PKI_PORT=8080 UNIFY_PKI_DATA=/data
WORKDIR /app
RUN mkdir -p /data && chown node:node /data
COPY --from=runtime /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE README.md ./
COPY certs certs
USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD node -e "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"
CMD ["node", "dist/main.js", "serve"]
