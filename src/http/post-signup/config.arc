# 1769 MB is one full vCPU: below it the hash costs the same money and takes longer.
@aws
memory 1769
timeout 10
