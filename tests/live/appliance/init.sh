#!/bin/busybox sh
# First and only program of the machine: mounts its two disks, takes the address that QEMU gives, serves the cloud.
/bin/busybox mkdir -p /dev /proc /sys /root
/bin/busybox --install -s /bin
export PATH=/bin HOME=/tmp PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys
for module in /modules/*; do insmod "$module"; done
until [ -b /dev/vda ] && [ -b /dev/vdb ] && [ -e /sys/class/net/eth0 ]; do usleep 25000; done

mount -t ext4 -o ro,noload /dev/vda /root
# What nobody syncs stays in memory as long as the kernel likes, and ext4 does not sync on its own what is renamed.
mount -t ext4 -o noauto_da_alloc,commit=600 /dev/vdb /root/data || echo 'appliance: the disk of the data is damaged'
echo 60000 > /proc/sys/vm/dirty_writeback_centisecs
for folder in dev proc sys; do mount -o move /$folder /root/$folder; done
mount -t tmpfs tmpfs /root/tmp

ip link set lo up
ip link set eth0 up
ip address add 10.0.2.15/24 dev eth0
echo 'appliance: starts the server' > /root/dev/console
chroot /root /python -P -m altostratus.cli up --simulate --data-dir /data/cloud
echo "appliance: the server ended with $?" > /root/dev/console
poweroff -f
