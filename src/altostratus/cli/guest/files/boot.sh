#!/bin/sh
# Runs once at each start of the guest, before anybody can log in.
. /etc/init.d/console

mkdir -p /dev/pts
mount -t devpts -o mode=600,ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
for module in /lib/modules/boot/*; do insmod "$module" 2> /dev/null; done
hostname "$(cat /etc/hostname)"
ip link set lo up

/etc/init.d/network &

key=/etc/dropbear/dropbear_ed25519_host_key
if [ ! -s $key ]; then
  dropbearkey -t ed25519 -f $key 2> /dev/null | grep '^ssh-ed25519' > $key.pub
fi
dropbear -s -g -r $key -P /run/dropbear.pid
say "SSH host key: $(cut -d ' ' -f 1,2 $key.pub)"

acpid
/etc/init.d/metadata &
resize2fs "$(findfs LABEL=altoroot)" > /run/resize.log 2>&1 &
