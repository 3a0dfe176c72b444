# Stops the test cluster and removes its folder once no test has used it for a while. Tests hold a shared lock on the file
# `users` while they live, and the kernel lets go of it however they die; so this needs no word from them.
# Arguments: the cluster's folder, the file that names it, the file `users`.
folder=$1 state=$2 users=$3
exec 9<"$users"
while sleep 3; do
  pid=$(head -n 1 "$folder/data/postmaster.pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null || break
  flock --nonblock --exclusive 9 || continue
  last=$(stat -c %Y "$users" 2>/dev/null || echo 0)
  [ $(($(date +%s) - last)) -gt 20 ] && break
  flock --unlock 9
done
[ -n "$pid" ] && kill -QUIT "$pid" 2>/dev/null
# Another cluster may have taken this one's place if it died by itself.
[ "$(cat "$state" 2>/dev/null)" = "$folder" ] && rm -f "$state"
while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
rm -rf "$folder"
