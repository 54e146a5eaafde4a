# Turns the fresh namespaces it is started in into a host of the lab, and becomes its pid 1.
# usage: host.sh FOLDER BASE NAME VARIANT, where FOLDER holds seed/ (what differs from BASE) and fs/ (empty)
set -eu
folder=$1 base=$2 name=$3 variant=$4

# /proc is still the machine's: this is our pid and start time as the machine sees them
read -r stat < /proc/self/stat
echo "$stat" > "$folder/stat.new"
mv "$folder/stat.new" "$folder/stat"

# every mount is made in here, so the machine never sees one and all of them end with the host
mount -t tmpfs -o size=75%,mode=755,nr_inodes=0 keyward-lab "$folder/fs"
mkdir "$folder/fs/upper" "$folder/fs/work" "$folder/fs/root"
cp -a "$folder/seed/." "$folder/fs/upper/"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$folder/fs/upper,workdir=$folder/fs/work" "$folder/fs/root"
cd "$folder/fs/root"
mount -t proc -o nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t tmpfs -o mode=755,size=4m tmpfs dev
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t tmpfs -o mode=1777,size=64m tmpfs dev/shm
mount -t tmpfs -o mode=755,size=64m tmpfs run
mkdir -p run/sshd run/lock run/user
chmod 1777 run/lock
hostname "$name"

init=/usr/sbin/labinit
if [ "$variant" = systemd ]; then
  if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
    mount -t cgroup2 cgroup2 sys/fs/cgroup
  else
    mount -t tmpfs -o mode=755,size=1m tmpfs sys/fs/cgroup
    mkdir sys/fs/cgroup/systemd sys/fs/cgroup/unified
    mount -t cgroup -o none,name=systemd cgroup sys/fs/cgroup/systemd
    mount -t cgroup2 cgroup2 sys/fs/cgroup/unified
  fi
  mount --bind proc/sys proc/sys
  mount -o remount,bind,ro proc/sys
  : > dev/console
  export container=lab
  init='/lib/systemd/systemd --system --unit=multi-user.target'
fi
pivot_root . mnt
exec /usr/sbin/chroot . /bin/sh -c "cd /; umount -l /mnt; exec $init" < /dev/null > /dev/null 2>&1
