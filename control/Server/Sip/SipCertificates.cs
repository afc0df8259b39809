using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MediaEngine.Sip;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Server;

/// <summary>
/// The certificates of SIP over TLS. The server's own is read again when its file changed: connections made from then on get the
/// new one, those that are up stay. Any thread.
/// </summary>
public sealed class SipCertificates : IDisposable
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly string _certificatePath;
    private readonly string _keyPath;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly X509Certificate2Collection _trustedPeers = [];
    private (DateTime Certificate, DateTime Key) _written;
    private DateTimeOffset _checked;
    private SslStreamCertificateContext _current;

    private SipCertificates(string certificatePath, string keyPath, string? trustedPeersPath, TimeProvider time, ILogger logger)
    {
        _certificatePath = certificatePath;
        _keyPath = keyPath;
        _time = time;
        _logger = logger;
        _written = WrittenAt();
        _checked = time.GetUtcNow();
        _current = Read();
        if (trustedPeersPath is not null)
            _trustedPeers = TlsCertificate.LoadTrusted(trustedPeersPath);
    }

    /// <summary>What a stack's options need.</summary>
    public SipTlsOptions Options => new() { ServerCertificate = Current, TrustedPeers = _trustedPeers };

    /// <summary>Opens the configured certificate, or the self-signed one of the folder, which is made on first use.</summary>
    /// <exception cref="ConfigurationException">Names the file and the reason.</exception>
    public static SipCertificates? Open(ServerConfiguration configuration, ILogger logger, TimeProvider? time = null)
    {
        if (configuration.SipTls is not { } tls)
            return null;
        time ??= TimeProvider.System;
        string certificate = tls.CertificatePath ?? Path.Combine(tls.Folder, TlsCertificate.CertificateName);
        string key = tls.KeyPath ?? Path.Combine(tls.Folder, TlsCertificate.KeyName);
        if (tls.CertificatePath is null)
        {
            IPAddress address = configuration.SipListeners.First(listen => listen.Transport.IsSecure()).EndPoint.Address;
            // RFC 5922 7.2: clients expect the domain, whatever the machine is called.
            TlsCertificate.LoadOrCreate(tls.Folder, configuration.Domain, address, time.GetUtcNow()).Dispose();
        }
        return new SipCertificates(certificate, key, tls.TrustedPeersPath, time, logger);
    }

    /// <summary>The certificate for a handshake that begins now.</summary>
    public SslStreamCertificateContext Current()
    {
        lock (_lock)
        {
            if ((_time.GetUtcNow() - _checked).Duration() < CheckInterval)
                return _current;
            _checked = _time.GetUtcNow();
            (DateTime, DateTime) written = WrittenAt();
            if (written == _written)
                return _current;
            _written = written;
            try
            {
                // Handshakes that run hold the former one; nobody knows when the last of them ends.
                _current = Read();
                _logger.LogInformation("sip-certificate-renewed {Path}: {Subject}, valid until {End:u}",
                    _certificatePath, _current.TargetCertificate.Subject, _current.TargetCertificate.NotAfter.ToUniversalTime());
            }
            catch (ConfigurationException e)
            {
                _logger.LogWarning("sip-certificate-unusable {Path}: {Reason} The former one stays in use", _certificatePath, e.Message);
            }
            return _current;
        }
    }

    public void Dispose()
    {
        _current.TargetCertificate.Dispose();
        foreach (X509Certificate2 issuer in _trustedPeers)
            issuer.Dispose();
    }

    private SslStreamCertificateContext Read()
    {
        X509Certificate2 certificate = TlsCertificate.Load(_certificatePath, _keyPath);
        var others = new X509Certificate2Collection();
        others.ImportFromPemFile(_certificatePath);
        return SslStreamCertificateContext.Create(certificate, others, offline: true);
    }

    private (DateTime Certificate, DateTime Key) WrittenAt() => (File.GetLastWriteTimeUtc(_certificatePath), File.GetLastWriteTimeUtc(_keyPath));
}
