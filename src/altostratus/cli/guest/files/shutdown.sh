#!/bin/sh
# Runs when the guest is told to halt, power off or restart.
. /etc/init.d/console

say "going down"
killall dropbear udhcpc 2> /dev/null
sync
umount -a -r 2> /dev/null
