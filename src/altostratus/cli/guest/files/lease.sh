#!/bin/sh
# What the DHCP client runs when a lease comes, is renewed or ends. Its words arrive as variables.
# Classless routes (RFC 3442) replace the router option when both are given.
# shellcheck disable=SC2154
. /etc/init.d/console

routes() {
  if [ -n "$staticroutes" ]; then
    set -- $staticroutes
    while [ $# -ge 2 ]; do
      if [ "$2" = 0.0.0.0 ]; then route "$1"; else route "$1" via "$2"; fi
      shift 2
    done
  else
    for gateway in $router; do route default via "$gateway"; done
  fi
}

route() { # each interface has its own metric, so that the first one wins and none is refused
  ip route replace "$@" dev "$interface" metric "$((100 + $(cat "/sys/class/net/$interface/ifindex")))"
}

resolver() {
  [ -z "$domain" ] || echo "search $domain"
  for server in $dns; do echo "nameserver $server"; done
}

case $1 in
  deconfig) ip address flush dev "$interface" ;;
  bound | renew)
    [ -z "$mtu" ] || ip link set "$interface" mtu "$mtu"
    ip address replace "$ip/$mask" dev "$interface"
    routes
    [ -z "$dns" ] || resolver > /etc/resolv.conf
    [ "$1" = renew ] || say "$interface has $ip/$mask"
    : > /run/online
    ;;
esac
