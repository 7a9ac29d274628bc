# The image of the service: one static program, the shared libraries it still needs, certificates and models. No shell.
#   make image && docker run -p 127.0.0.1:8080:8080 dragoman
FROM docker.io/library/swift:6.3-bookworm AS build
RUN apt-get update -qq \
  && apt-get install -y -qq --no-install-recommends binutils ca-certificates libssl-dev pkg-config zlib1g-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /source
# The packages it depends on are fetched again only when the manifest changes.
COPY Package.swift ./
RUN swift package resolve
# The manifest names the tests' folders, so they must exist; nothing of them is compiled.
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --static-swift-stdlib --product dragoman
# The root of the last stage: what ldd names (the program interpreter too) keeps its path.
RUN mkdir -p /root-of-image/etc/ssl/certs \
  && cd /root-of-image \
  && strip -o dragoman /source/.build/release/dragoman \
  && ldd dragoman | grep -o '/[^ ]*' | xargs cp --dereference --parents --target-directory=. \
  && cp /etc/ssl/certs/ca-certificates.crt etc/ssl/certs/ \
  && echo 'dragoman:x:65532:65532:dragoman:/:/nonexistent' > etc/passwd \
  && echo 'dragoman:x:65532:' > etc/group

FROM scratch
COPY --from=build /root-of-image /
COPY models /models
# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
ENV DRAGOMAN_LISTEN_HOST=0.0.0.0 \
  DRAGOMAN_MODELS=/models \
  SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
# A library that is missing or a model that fails its self-test stops the build here, not the service later.
RUN ["/dragoman", "doctor"]
ARG DRAGOMAN_COMMIT=unknown
ENV DRAGOMAN_COMMIT=$DRAGOMAN_COMMIT
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=10s CMD ["/dragoman", "health"]
ENTRYPOINT ["/dragoman"]
CMD ["serve"]
