# What try_deb.sh does with the installed program, inside the empty Debian.
cd /usr/share/doc/thalweg
objective=(--torch-weight-decay 0.02 --torch-loss mse-mean)
thalweg --version
thalweg certify --dataset examples/iris/iris.npz --network examples/iris/wide.npz "${objective[@]}" \
  --certificate /root/wide.cert --assert global_minimum
thalweg-check /root/wide.cert

# A certificate that claims more than it proves is refused.
sed 's/^claim gap .*/claim gap 1:60/' /root/wide.cert > /root/forged.cert
if thalweg-check /root/forged.cert; then
  echo "try_deb: a forged certificate was accepted"
  exit 1
fi

for page in thalweg thalweg-certify thalweg-check; do
  man --pager=cat "$page" | grep SYNOPSIS >/dev/null || { echo "try_deb: no man page $page"; exit 1; }
done

# As an interactive shell does at the first TAB; its own scripts are not written for -e and -u.
set +eu
source /usr/share/bash-completion/bash_completion
_completion_loader thalweg
COMP_WORDS=(thalweg certify --torch-)
COMP_CWORD=2
_thalweg 2>/dev/null
[ "${COMPREPLY[*]}" = "--torch-weight-decay --torch-loss" ] || { echo "try_deb: completed to '${COMPREPLY[*]}'"; exit 1; }
echo "try_deb: program, checker, man pages and completion work"
