#!/bin/sh
# Takes the host name, keys and script that the cloud has for this instance: from the config drive if there is
# one, else from the metadata service. Layout: OpenStack's "openstack/latest".
. /etc/init.d/console

here=/run/metadata
mkdir -p $here

from_config_drive() {
  drive=$(findfs LABEL=config-2 2> /dev/null || findfs LABEL=CONFIG-2 2> /dev/null) || return 1
  mount -o ro "$drive" /mnt 2> /dev/null || return 1
  cp /mnt/openstack/latest/* $here/ 2> /dev/null
  umount /mnt
  [ -s $here/meta_data.json ]
}

fetch() { # FILE: busybox's own time limit for wget cannot be relied on
  timeout 10 wget -q -O "$here/part" "http://169.254.169.254/openstack/latest/$1" 2> /dev/null &&
    mv "$here/part" "$here/$1"
}

from_service() { # for five minutes: the cloud may still be busy with our port
  until [ -e /run/online ] && fetch meta_data.json; do
    read -r uptime _ < /proc/uptime
    [ "${uptime%.*}" -lt 300 ] || return 1
    usleep 300000
  done
  fetch user_data || :
}

value() { # PATH: one string of meta_data.json
  sed -n "s/^$1	//p" $here/flat | head -n 1
}

authorize_keys() {
  sed -n 's/^public_keys\.[^	]*	//p' $here/flat > $here/keys
  [ -s $here/keys ] || return 0
  cp $here/keys /root/.ssh/authorized_keys
  chmod 600 /root/.ssh/authorized_keys
}

name_host() {
  name=$(value hostname)
  name=${name%%.*}
  [ -n "$name" ] || return 0
  echo "$name" > /etc/hostname
  hostname "$name"
  echo "127.0.0.1 localhost $name" > /etc/hosts
}

run_user_data() { # once for each instance, so again when its disk is copied into another
  instance=$(value uuid)
  [ "$instance" != "$(cat /var/lib/instance 2> /dev/null)" ] || return 0
  echo "$instance" > /var/lib/instance
  [ -s $here/user_data ] || return 0
  if [ "$(head -c 2 $here/user_data)" = '#!' ]; then
    cp $here/user_data /var/lib/user-data
    chmod 700 /var/lib/user-data
    /var/lib/user-data > /var/log/user-data.log 2>&1
    say "user data ended with $?"
  else
    say "user data is not a script: left alone"
  fi
}

if from_config_drive; then source='config drive'
elif from_service; then source='metadata service'
else say 'no metadata found'; exit; fi

awk -f /etc/init.d/json.awk $here/meta_data.json > $here/flat
authorize_keys
name_host
say "metadata from $source: $(hostname), $(cat $here/keys | wc -l) key(s)"
sync
run_user_data
