import type { Module } from '../src/module.ts'
import authorizedKey from './authorized_key.ts'
import command from './command.ts'
import file from './file.ts'
import filePermissions from './file_permissions.ts'
import lineInFile from './line_in_file.ts'
import loginMethods from './login_methods.ts'
import packages from './package.ts'
import selinuxBoolean from './selinux_boolean.ts'
import service from './service.ts'
import serviceReload from './service_reload.ts'
import smartcardEnroll from './smartcard_enroll.ts'
import sshConfigLine from './ssh_config_line.ts'
import sshKeypair from './ssh_keypair.ts'
import sshLogin from './ssh_login.ts'
import sshdConfigLine from './sshd_config_line.ts'

/** The modules that there are, by name. */
export const modules: readonly Module[] = [
  authorizedKey,
  command,
  file,
  filePermissions,
  lineInFile,
  loginMethods,
  packages,
  selinuxBoolean,
  service,
  serviceReload,
  smartcardEnroll,
  sshConfigLine,
  sshKeypair,
  sshLogin,
  sshdConfigLine,
]
