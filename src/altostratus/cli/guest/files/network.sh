#!/bin/sh
# Keeps a DHCP client on every Ethernet interface, also on those plugged in later. /run/dhcp.NAME holds the index
# of the interface it was started for: another one under the same name has another index.
. /etc/init.d/console

start_client() { # INTERFACE
  [ ! -e "/run/udhcpc.$1.pid" ] || kill "$(cat "/run/udhcpc.$1.pid")" 2> /dev/null
  cat "/sys/class/net/$1/ifindex" > "/run/dhcp.$1"
  ip link set "$1" up
  udhcpc -i "$1" -f -S -t 5 -T 1 -A 1 -p "/run/udhcpc.$1.pid" -s /etc/init.d/lease \
    -x "hostname:$(hostname)" -O staticroutes -O mtu > /dev/null 2>&1 &
}

while :; do
  for path in /sys/class/net/eth*; do
    interface=${path##*/}
    [ -e "$path" ] || continue
    cmp -s "$path/ifindex" "/run/dhcp.$interface" || start_client "$interface"
  done
  sleep 1
done
