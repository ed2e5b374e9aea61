# syntax=docker/dockerfile:1

# build it
FROM busybox AS build
RUN a && \
    b

FROM scratch
COPY --from=build \
    /a \
    /b
