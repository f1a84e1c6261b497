<#
Repeats on a real Windows what internal/wine does under Wine: installs the connector
without a question, prints, stops and starts the service, upgrades and uninstalls it.
Nothing is left but %ProgramData%\Platen. Run it as administrator:

  .\verify.ps1 -Installer platen-1.0.0.msi -Newer platen-1.0.1.msi `
      -Cloud https://print.example.com -PairKey KEY -PrintKey KEY -Printer ipp://192.0.2.7/ipp/print

PairKey is of scope pair, PrintKey of scope print, both of the same person.
#>
#Requires -RunAsAdministrator
param(
    [Parameter(Mandatory)][string]$Installer,
    [Parameter(Mandatory)][string]$Newer,
    [Parameter(Mandatory)][string]$Cloud,
    [Parameter(Mandatory)][string]$PairKey,
    [Parameter(Mandatory)][string]$PrintKey,
    [Parameter(Mandatory)][string]$Printer
)
$ErrorActionPreference = 'Stop'
$program = Join-Path $env:ProgramFiles 'Platen\platen.exe'
$state = Join-Path $env:ProgramData 'Platen'

function Step([string]$what, [scriptblock]$do) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    & $do
    '{0,-40} ok, {1:n1} s' -f $what, $watch.Elapsed.TotalSeconds
}
function Must([bool]$is, [string]$what) { if (-not $is) { throw "not so: $what" } }
function Installing([string[]]$arguments) {
    $p = Start-Process msiexec.exe -ArgumentList $arguments -Wait -PassThru
    Must ($p.ExitCode -eq 0) "msiexec $($arguments[0]) ends with 0, it was $($p.ExitCode)"
}
function Until([string]$what, [scriptblock]$so) {
    foreach ($i in 1..60) { if (& $so) { return }; Start-Sleep 1 }
    throw "waited a minute in vain for: $what"
}
function Connected { try { (& $program status --json | ConvertFrom-Json).cloud.connected } catch { $false } }
function Send-Page {
    $page = Join-Path $env:TEMP 'platen-verify.txt'
    Set-Content $page 'A page from verify.ps1'
    $id = (& $program printer list --json | ConvertFrom-Json | Where-Object name -EQ 'verify').id
    $answer = curl.exe -sS -H "Authorization: Bearer $PrintKey" -F "printerid=$id" -F 'title=verify' -F 'contentType=text/plain' -F "content=@$page" "$Cloud/cloudprint/submit" | ConvertFrom-Json
    Must $answer.success "the cloud takes the job: $($answer.message)"
    Until 'the job to be done' {
        $job = (curl.exe -sS -H "Authorization: Bearer $PrintKey" -F "jobid=$($answer.job.id)" "$Cloud/cloudprint/job" | ConvertFrom-Json).job
        $job.semanticState.state.type -eq 'DONE'
    }
}

Step 'silent installation, with pairing' { Installing '/i', $Installer, '/qn', '/l*v', 'platen-install.log', "CLOUDURL=$Cloud", "TOKEN=$PairKey" }
Step 'the key is in no log' { Must (-not (Select-String -Quiet -SimpleMatch $PairKey platen-install.log)) 'the log has no key' }
Step 'service, account and rights' {
    $s = Get-CimInstance Win32_Service -Filter "Name='platen'"
    Must ($s.State -eq 'Running') 'the service runs'
    Must ($s.StartName -eq 'NT SERVICE\platen') "its account is its own, it is $($s.StartName)"
    Must ($s.DelayedAutoStart) 'it starts delayed'
    Must ((sc.exe qfailure platen) -match 'RESTART') 'it is started again when it ends'
    $others = (Get-Acl $state).Access | Where-Object { $_.IdentityReference -notmatch 'SYSTEM|Administrators|Administratoren|NT SERVICE\\platen' }
    Must (-not $others) "nobody else may look into $state"
    Must ((Get-Content -Raw (Join-Path $state 'credentials.json')).StartsWith('dpapi:')) 'the credentials are sealed'
}
Step 'connected' { Until 'the connection' { Connected } }
Step 'a printer by its address' { & $program printer add $Printer --name verify; Must ($LASTEXITCODE -eq 0) 'it is added' }
Step 'a print' { Until 'the printer in the cloud' { (& $program printer list --json | ConvertFrom-Json | Where-Object name -EQ 'verify').id }; Send-Page }
Step 'queues that cannot be served' { & $program printer list }
Step 'stop, start, restart' {
    foreach ($verb in 'stop', 'start', 'restart') { & $program service $verb; Must ($LASTEXITCODE -eq 0) "service $verb" }
    Must ((Get-Service platen).Status -eq 'Running') 'it runs again'
}
Step 'killed, it comes again' {
    $id = (Get-CimInstance Win32_Service -Filter "Name='platen'").ProcessId
    Stop-Process -Id $id -Force
    Until 'the service' { (Get-CimInstance Win32_Service -Filter "Name='platen' AND State='Running'").ProcessId -notin $null, 0, $id }
    Until 'the connection' { Connected }
}
Step 'upgrade' { Installing '/i', $Newer, '/qn'; Until 'the connection' { Connected }; Send-Page }
Step 'uninstallation' {
    Installing '/x', $Newer, '/qn'
    Must (-not (Get-Service platen -ErrorAction SilentlyContinue)) 'no service is left'
    Must (Test-Path (Join-Path $state 'credentials.json')) 'what the connector keeps is there'
}
'All is as it should be.'
