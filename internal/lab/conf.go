package lab

const cupsFilesConf = `ServerRoot DIR/etc
ServerBin DIR/bin
DataDir /usr/share/cups
RequestRoot DIR/spool
CacheDir DIR/cache
StateDir DIR/state
TempDir DIR/spool/tmp
ServerKeychain DIR/ssl
AccessLog DIR/log/access_log
ErrorLog DIR/log/error_log
PageLog DIR/log/page_log
Printcap
FileDevice Yes
User USER
Group GROUP
SystemGroup SYSTEM
Sandboxing Relaxed
SyncOnClose No
LogFilePerm 0644
`

// DirtyCleanInterval 0 would make cupsd ten times slower.
const cupsdConf = `ServerName localhost
ServerAlias *
Listen 127.0.0.1:PORT
Listen DIR/run/cups.sock
LogLevel warn
MaxLogSize 0
Browsing Off
BrowseLocalProtocols none
WebInterface No
DefaultAuthType Basic
DefaultShared No
DirtyCleanInterval 30
MaxClients 200
MultipleOperationTimeout 60
<Location />
  Order allow,deny
  Allow localhost
</Location>
<Location /admin>
  Order allow,deny
  Allow localhost
</Location>
`

const openPolicy = `MaxJobs 0
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  SubscriptionPrivateAccess all
  SubscriptionPrivateValues none
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
`

// debianPolicy is what Debian's cupsd.conf says in its default policy.
const debianPolicy = `<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues default
  <Limit Create-Job Print-Job Print-URI Validate-Job>
    Order deny,allow
  </Limit>
  <Limit Send-Document Send-URI Hold-Job Release-Job Restart-Job Purge-Jobs Set-Job-Attributes Create-Job-Subscription Renew-Subscription Cancel-Subscription Get-Notifications Reprocess-Job Cancel-Current-Job Suspend-Current-Job Resume-Job Cancel-My-Jobs Close-Job CUPS-Move-Job>
    Require user @OWNER @SYSTEM
    Order deny,allow
  </Limit>
  <Limit CUPS-Get-Document>
    AuthType Default
    Require user @OWNER @SYSTEM
    Order deny,allow
  </Limit>
  <Limit CUPS-Add-Modify-Printer CUPS-Delete-Printer CUPS-Add-Modify-Class CUPS-Delete-Class CUPS-Set-Default CUPS-Get-Devices>
    AuthType Default
    Require user @SYSTEM
    Order deny,allow
  </Limit>
  <Limit Pause-Printer Resume-Printer Enable-Printer Disable-Printer Pause-Printer-After-Current-Job Hold-New-Jobs Release-Held-New-Jobs Deactivate-Printer Activate-Printer Restart-Printer Shutdown-Printer Startup-Printer Promote-Job Schedule-Job-After Cancel-Jobs CUPS-Accept-Jobs CUPS-Reject-Jobs>
    AuthType Default
    Require user @SYSTEM
    Order deny,allow
  </Limit>
  <Limit Cancel-Job CUPS-Authenticate-Job>
    Require user @OWNER @SYSTEM
    Order deny,allow
  </Limit>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
`

// labBackend keeps what a queue sends to its printer.
const labBackend = `#!/bin/sh
# lab:/dir?delay=SECONDS&pages=N&rc=N    argv: job user title copies options [file]
[ $# -eq 0 ] && { echo 'direct lab "Lab" "Lab file output"'; exit 0; }
u=${DEVICE_URI#lab:}; dir=${u%%\?*}; q=${u#*\?}; [ "$q" = "$u" ] && q=
get() { printf '%s' "$q" | tr '&' '\n' | sed -n "s/^$1=//p"; }
if [ -f "$dir/state" ]; then
  st=$(cat "$dir/state")
  echo "STATE: +$st" >&2
  while [ -f "$dir/state" ]; do sleep 0.1; done
  echo "STATE: -$st" >&2
fi
[ -n "$6" ] && exec <"$6" # now: cupsd may die and give the file to another job
pages=$(get pages); while [ "${pages:-0}" -gt 0 ]; do echo "PAGE: $pages 1" >&2; pages=$((pages-1)); done
delay=$(get delay); [ -n "$delay" ] && sleep "$delay"
f="$dir/$PRINTER-$1.out"
[ -e "$f" ] && mv "$f" "$dir/$PRINTER-$1+$$.out" # printed before, under the same number
cat >"$f"
echo printed >>"$f.runs"
printf '%s\n' "$@" "$FINAL_CONTENT_TYPE" >"$f.tmp"; mv "$f.tmp" "$f.args"
rc=$(get rc); exit ${rc:-0}
`

const labPPD = `*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "LAB.PPD"
*Manufacturer: "Lab"
*Product: "(Lab)"
*ModelName: "Lab PDF Printer"
*ShortNickName: "Lab PDF Printer"
*NickName: "Lab PDF Printer"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: True
*DefaultColorSpace: RGB
*FileSystem: False
*cupsVersion: 2.4
*cupsFilter2: "application/vnd.cups-pdf application/pdf 0 -"
*OpenUI *PageSize/Media Size: PickOne
*OrderDependency: 10 AnySetup *PageSize
*DefaultPageSize: A4
*PageSize A4/A4: "<</PageSize[595 842]>>setpagedevice"
*PageSize Letter/US Letter: "<</PageSize[612 792]>>setpagedevice"
*CloseUI: *PageSize
*OpenUI *PageRegion/Media Size: PickOne
*OrderDependency: 10 AnySetup *PageRegion
*DefaultPageRegion: A4
*PageRegion A4/A4: "<</PageSize[595 842]>>setpagedevice"
*PageRegion Letter/US Letter: "<</PageSize[612 792]>>setpagedevice"
*CloseUI: *PageRegion
*DefaultImageableArea: A4
*ImageableArea A4/A4: "12 12 583 830"
*ImageableArea Letter/US Letter: "12 12 600 780"
*DefaultPaperDimension: A4
*PaperDimension A4/A4: "595 842"
*PaperDimension Letter/US Letter: "612 792"
*OpenUI *ColorModel/Color Mode: PickOne
*OrderDependency: 20 AnySetup *ColorModel
*DefaultColorModel: RGB
*ColorModel Gray/Grayscale: "<</cupsColorSpace 0>>setpagedevice"
*ColorModel RGB/Color: "<</cupsColorSpace 1>>setpagedevice"
*CloseUI: *ColorModel
*OpenUI *Duplex/2-Sided Printing: PickOne
*OrderDependency: 20 AnySetup *Duplex
*DefaultDuplex: None
*Duplex None/Off: "<</Duplex false>>setpagedevice"
*Duplex DuplexNoTumble/Long Edge: "<</Duplex true/Tumble false>>setpagedevice"
*Duplex DuplexTumble/Short Edge: "<</Duplex true/Tumble true>>setpagedevice"
*CloseUI: *Duplex
`
