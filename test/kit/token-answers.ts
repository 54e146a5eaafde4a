// What ssh-keygen and pkcs11-tool (OpenSC 0.23) said of a token with two keys, and of readers in other states.

/** The elliptic key of the token, as it is on the card. */
export const EC = {
  type: 'ecdsa-sha2-nistp256',
  blob: 'AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBGENlffqvqWWgjAqhEZ+hg4oq+Ow2q7rZaMtzXNVHAwdmH/1aGJp1OeBr7ytMe9VAuwnzNWza6rceOdIhMBTBVc=',
  fingerprint: 'SHA256:wtnzKS6CB8y9zpLPh/Wn35vXoaMhS8YTCTuxMnkz8l0',
}

/** Its RSA key. */
export const RSA = {
  type: 'ssh-rsa',
  blob: 'AAAAB3NzaC1yc2EAAAADAQABAAABAQCeLWi8IMrPnrh6UdW/pxH6V0Ud/AkL+1XNtWNHzPHqS6b4DnT+KkeWkT3wYkPQB46p9IjVRbwyig6F5pYuTXEyOjIsVnHtjYua2H5YrByNsXT7HqR96QJsAfm8BfZ4gjJtKAkGPsgCDy6Jdi1nne3T+vFL+yyHOauy00bWjfnHmJvIvZEhBfQxwh5CBK6snubg96OEwuDqbGSrRhzEx/3dy1+uiszfchJiCWWeawAy0mCAUROTqiapp/qRFTMXX7EoHd0V6MXKgQsP5kOySheolfTIs/7WS98WrNWjRZ1EVHrLkLBX6/fsOQEVF3QVD8zmHIDsqJx1wu7a6PdKdfFb',
  fingerprint: 'SHA256:WXC9a9yRox2zCYKfzY0++1BEv/0Ce278QLbU5SKKAxA',
}

export const EC_LINE = `${EC.type} ${EC.blob} PIV AUTH key`
export const RSA_LINE = `${RSA.type} ${RSA.blob} SIGN key`

/** `pkcs11-tool --list-objects --type pubkey` */
export const OBJECTS = `Public Key Object; EC  EC_POINT 256 bits
  EC_POINT:   044104610d95f7eabea59682302a84467e860e28abe3b0daaeeb65a32dcd73551c0c1d987ff5686269d4e781afbcad31ef5502ec27ccd5b36baadc78e74884c0530557
  EC_PARAMS:  06082a8648ce3d030107
  label:      PIV AUTH key
  ID:         01
  Usage:      verify
  Access:     none
Public Key Object; RSA 2048 bits
  label:      SIGN key
  ID:         02
  Usage:      encrypt, verify, wrap
  Access:     none
`

const token = (flags: string): string => `Available slots:
Slot 0 (0x28b32b5f): SoftHSM slot ID 0x28b32b5f
  token label        : card-alice
  token manufacturer : SoftHSM project
  token model        : SoftHSM v2
  token flags        : login required, rng, token initialized, PIN initialized${flags}
  hardware version   : 2.6
  firmware version   : 2.6
  serial num         : de1e3d7b28b32b5f
  pin min/max        : 4/255
Slot 1 (0x1): SoftHSM slot ID 0x1
  token state:   uninitialized
`

/** `pkcs11-tool --list-slots` */
export const SLOTS = {
  token: token(', other flags=0x20'),
  lastTry: token(', final user PIN try'),
  locked: token(', user PIN locked'),
  blank: 'Available slots:\nSlot 0 (0x0): SoftHSM slot ID 0x0\n  token state:   uninitialized\n',
  empty: 'Available slots:\nSlot 0 (0x0): Virtual PCD 00 00\n  (empty)\n',
  unknown: 'Available slots:\nSlot 0 (0x0): Virtual PCD 00 00\n  (token not recognized)\n',
  none: 'Available slots:\n',
}
