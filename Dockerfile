# One image for all functions: `docker run podcore dist/web-podcast-get.cjs`. Where no base image can be pulled,
# knative/image/build.sh builds the last stage without a Docker daemon.
ARG BASE=gcr.io/distroless/cc-debian12:nonroot

FROM node:24-bookworm AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm install
COPY . .
RUN knative/image/collect.sh /out

FROM ${BASE}
# The node that package-lock.json names, which the tests have run with and the code caches are made by.
COPY --from=build /out/node /usr/local
COPY --from=build /out/app /app
# glibc otherwise keeps a heap for each helper thread: 87 MB instead of 39 after the crawl of compressed feeds.
ENV MALLOC_ARENA_MAX=1 \
    NODE_ENV=production \
    # Besides the authorities that node was released with, those of the base.
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    PORT=8080
WORKDIR /app
# By number, since Kubernetes cannot tell from a name that it is not root's.
USER 65532:65532
EXPOSE 8080
# Compiles the artifact with the code cache beside it.
ENTRYPOINT ["node", "launch.cjs"]
CMD ["dist/web.cjs"]
