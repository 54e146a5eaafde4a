# Copies out of a Debian base what a busybox host needs: OpenSSH, sudo and their libraries; all the rest is busybox.
# usage: busybox.sh BASE TARGET, as root in the machine. Part of the recipe's hash.
set -eu
base=$1 target=$2
cd "$target"
# folders apart, as busybox systems have them: Debian's /bin is a link to usr/bin
mkdir -p bin sbin lib lib64 usr/bin usr/sbin usr/lib usr/libexec etc/default proc sys dev run/sshd tmp mnt home root
mkdir -p var/log var/lib/sudo var/tmp
chmod 1777 tmp var/tmp
chmod 700 root var/lib/sudo

programs='/usr/sbin/sshd /usr/bin/ssh /usr/bin/ssh-keygen /usr/lib/openssh/sftp-server /usr/bin/sudo /usr/sbin/visudo
  /usr/sbin/unix_chkpwd'
modules=$(cd "$base" && find usr/lib -name 'pam_*.so' ! -name 'pam_systemd*' | sed 's|^usr||')
plugins=$(cd "$base" && find usr/libexec/sudo ! -type d | sed 's|^|/|')
libraries=$(chroot "$base" ldd $programs $modules $plugins 2>/dev/null | grep -o '/[^ ]*\.so[^ ]*' | grep -v ':$' | sort -u)
for file in $programs $modules $plugins $libraries; do
  [ ! -e ".$file" ] || continue
  mkdir -p ".${file%/*}"
  case " $plugins " in
    *"$file"*) cp -a "$base$file" ".$file" ;;
    *) cp --preserve=mode,ownership,timestamps -L "$base$file" ".$file" ;;
  esac
done

cp "$base/usr/bin/busybox" bin/busybox
chroot . /bin/busybox --install -s
# Debian's busybox has applets of these names that would make the host look like what it is not
rm -f linuxrc usr/bin/dpkg usr/bin/dpkg-deb usr/bin/rpm bin/rpm bin/dpkg

for file in passwd group shadow gshadow nsswitch.conf login.defs environment shells pam.d pam.conf security ssh \
  sudoers sudoers.d sudo.conf sudo_logsrvd.conf ld.so.conf ld.so.conf.d profile default/locale default/ssh; do
  [ ! -e "$base/etc/$file" ] || cp -a "$base/etc/$file" "etc/$file"
done
sed -i '/pam_systemd/d' etc/pam.d/common-session
sed -i 's|:/bin/bash$|:/bin/sh|' etc/passwd
printf '/bin/sh\n/bin/ash\n' > etc/shells
printf 'NAME="Busybox host"\nID=busybox\nPRETTY_NAME="Busybox host"\n' > etc/os-release
: > etc/resolv.conf
: > etc/machine-id
cp -a "$base/usr/sbin/labinit" usr/sbin/labinit
cp -a "$base/home/." home/
for home in home/*; do rm -f "$home"/.bash*; done
cp -a "$base/root/.profile" root/ 2>/dev/null || :
chroot . /usr/sbin/sshd -V 2>/dev/null || [ -x usr/sbin/sshd ]
