FROM busybox
COPY <<-EOF   /f
	  keep	 

	EOF
RUN <<A   cat <<B
  a  
A


b
B
ONBUILD run <<EOF
 x
EOF
RUN true
