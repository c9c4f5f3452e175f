#!/bin/busybox sh
# First program of the kernel: finds the root file system, widens its partition to the end of the disk, goes there.
/bin/busybox mkdir -p /dev /proc /sys /root
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sysfs /sys

case " $(cat /proc/cmdline) " in
  *' alto.probe '*) echo 'alto: a kernel runs here' > /dev/console; poweroff -f ;;
esac

for module in /modules/*; do insmod "$module"; done

tries=0
until root=$(findfs LABEL=altoroot 2> /dev/null); do
  tries=$((tries + 1))
  [ $tries -lt 200 ] || { echo 'alto: no disk holds the root file system' > /dev/console; exec sh; }
  usleep 25000
done

# The partition table holds the length of partition 2, in sectors, as four bytes (the least first) at offset 474.
partition=${root#/dev/}
disk=${partition%2}
start=$(cat "/sys/class/block/$partition/start")
length=$(cat "/sys/class/block/$partition/size")
wanted=$(($(cat "/sys/class/block/$disk/size") - start))
[ $wanted -le 4294967295 ] || wanted=4294967295
if [ $wanted -gt $((length + 2048)) ]; then
  bytes=$(printf '\\%03o\\%03o\\%03o\\%03o' $((wanted & 255)) $((wanted >> 8 & 255)) $((wanted >> 16 & 255)) $((wanted >> 24)))
  printf "$bytes" | dd of="/dev/$disk" bs=1 seek=474 conv=notrunc 2> /dev/null
  blockdev --rereadpt "/dev/$disk"
fi

until mount -t ext4 "$root" /root; do usleep 25000; done
for folder in dev proc sys; do mount -o move /$folder /root/$folder; done
exec switch_root /root /sbin/init
