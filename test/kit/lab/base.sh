# Run in the freshly debootstrapped root: what makes it a host of the lab. Part of the recipe's hash.
set -eu

# pid 1 of a host without systemd: starts sshd the way Debian's init script does, and reaps
cat > /usr/sbin/labinit <<'INIT'
#!/bin/sh
trap '' HUP INT
trap 'exit 0' TERM
. /etc/default/ssh
/usr/sbin/sshd $SSHD_OPTS
while :; do sleep 2147483647 & wait; done
INIT
chmod 755 /usr/sbin/labinit

# a password of "*" and not "!": PAM takes "!" for a locked account and refuses the key
useradd -m -s /bin/bash -U -u 1000 admin
useradd -m -s /bin/bash -U -u 1001 secure
useradd -m -s /bin/bash -U -u 1002 plain
usermod -p '*' admin
usermod -p '*' plain
usermod -p "$(openssl passwd -6 'correct horse')" secure
echo 'admin ALL=(ALL:ALL) NOPASSWD: ALL' > /etc/sudoers.d/admin
echo 'secure ALL=(ALL:ALL) ALL' > /etc/sudoers.d/secure
chmod 440 /etc/sudoers.d/admin /etc/sudoers.d/secure
for user in admin secure plain; do install -d -m 700 -o "$user" -g "$user" "/home/$user/.ssh"; done

: > /etc/resolv.conf            # nothing to resolve with, and no waiting for it
rm -f /etc/ssh/ssh_host_* /etc/machine-id /var/lib/dbus/machine-id
: > /etc/machine-id
rm -rf /var/cache/apt/archives/*.deb /var/cache/apt/*.bin /var/lib/apt/lists/* /var/log/*.log /var/log/apt
rm -rf /usr/share/doc/* /usr/share/man/* /usr/share/locale/* /usr/share/info/*
mkdir -p /var/lib/apt/lists/partial /run/sshd
