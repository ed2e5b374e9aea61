FROM a
RUN \
\
# escape=`
