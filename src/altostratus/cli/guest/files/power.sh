#!/bin/sh
# The power button was pressed: how a cloud asks a guest to stop.
exec /sbin/poweroff
