#!/bin/sh
# A simulated village for the compose profile `demo`: registers its 50 homes, makes a credential for its gateway, and
# publishes five weeks of history, then real time. $1: the broker's URL. Run in the folder of hearthline.ts, with
# HEARTHLINE_DATA naming the data folder of the running serve.
set -eu

work=$(mktemp -d)
gateway=gw-330106-01

node hearthline.ts simulate --households 50 --seed 1 --days 1 --out "$work"
node hearthline.ts households import "$work/households.csv"
password=$(node hearthline.ts keys create --gateway "$gateway" | sed -n 's/^ *password  *//p')
printf '%s,%s\n' "$gateway" "$password" >"$work/credentials"
exec node hearthline.ts simulate --households 50 --seed 1 --speed 1 --mqtt "$1" --credentials "$work/credentials"
