FROM busybox
ONBUILD run  x  
RU\
N true
ENV OLD  a   b
USER a  b
\
RUN x
RUN echo "\
     hello\
     world"
