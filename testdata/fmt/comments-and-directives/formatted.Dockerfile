# syntax=docker/dockerfile:1
# escape=\
# hello   
#no blank
#
FROM busybox
# inside  

# end
