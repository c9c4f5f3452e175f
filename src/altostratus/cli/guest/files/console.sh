# Read by the other scripts: where programs are, and how to tell the console something.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin

say() {
  read -r uptime _ < /proc/uptime
  echo "alto[$uptime]: $*" > /dev/console
}
