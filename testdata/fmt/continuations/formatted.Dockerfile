FROM busybox
ENV A=1 \
    B=2 \
    C=3 \
    # why
    # indented
    D=4
COPY a \
    b \
    /d/
LABEL a=1\
    b=2
RUN one && \
  two && \
    three
RUN --mount=type=cache,target=/x \
    --network=none \
    make
