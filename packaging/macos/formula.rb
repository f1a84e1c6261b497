# Homebrew's formula. HOMEBREW_PLATEN_FROM is the folder or the address that has the
# archives which SHA256SUMS names.
class @CLASS@ < Formula
  desc "@TITLE@"
  version "@VERSION@"
  license "Apache-2.0"

  from = ENV.fetch("HOMEBREW_PLATEN_FROM", "file://#{__dir__}")
  on_arm do
    url "#{from}/@NAME@_@VERSION@_darwin_arm64.tar.gz"
    sha256 "@SHA256_ARM64@"
  end
  on_intel do
    url "#{from}/@NAME@_@VERSION@_darwin_amd64.tar.gz"
    sha256 "@SHA256_AMD64@"
  end

  def install
    bin.install "usr/local/bin/@NAME@"
    man1.install Dir["usr/local/share/man/man1/*"]
    zsh_completion.install "usr/local/share/zsh/site-functions/_@NAME@"
    bash_completion.install "usr/local/etc/bash_completion.d/@NAME@"
    doc.install Dir["usr/local/share/doc/@NAME@/*"]
  end

  def caveats
    "Start it with the system: sudo #{opt_bin}/@NAME@ service install && sudo #{opt_bin}/@NAME@ service start"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/@NAME@ version")
  end
end
