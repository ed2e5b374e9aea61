# escape=`
FROM busybox

ENV A=1 `
    B=2
COPY <<E /f
x
E
