using System.Net;

namespace MediaEngine.Server;

/// <summary>The <c>kms</c> section of the server's configuration; docs/server.md explains every key.</summary>
public sealed record KmsConfiguration
{
    /// <summary>Where HTTPS is served; port 0 = any.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Of the built-in KMS: its certificate, its sealed secrets, and the TLS certificate made where none is configured.</summary>
    public required string Folder { get; init; }

    /// <summary>KMS URI of the built-in KMS; null: it is made with <c>kms.</c> and the domain, or is called as it is.</summary>
    public string? Uri { get; init; }

    /// <summary>PEM of the TLS certificate; null with <see cref="TlsKeyPath"/>: a self-signed one in the folder.</summary>
    public string? TlsCertificatePath { get; init; }

    /// <summary>PEM of its private key.</summary>
    public string? TlsKeyPath { get; init; }

    /// <summary>Certificates and key sets of an external KMS, served instead of the built-in one's.</summary>
    public string? MaterialPath { get; init; }

    /// <summary>Certificates of partners' KMSs.</summary>
    public string? TrustedPath { get; init; }

    internal static KmsConfiguration Read(YamlSection section, string folder)
    {
        string listen = section.Required("listen", "the address:port HTTPS is served on, such as 192.0.2.1:8443");
        if (!listen.Contains(':', StringComparison.Ordinal) || !IPEndPoint.TryParse(listen, out IPEndPoint? endPoint))
            throw section.Wrong("listen", $"'{listen}' is not address:port, such as 192.0.2.1:8443");
        var configuration = new KmsConfiguration
        {
            Listen = endPoint,
            Folder = Path.Combine(folder, section.Optional("folder") ?? "kms"),
            Uri = section.Optional("uri"),
            TlsCertificatePath = PathOf("certificate"),
            TlsKeyPath = PathOf("key"),
            MaterialPath = PathOf("material"),
            TrustedPath = PathOf("trusted"),
        };
        if (configuration.TlsCertificatePath is null != configuration.TlsKeyPath is null)
            throw section.Wrong(configuration.TlsKeyPath is null ? "key" : "certificate", "is missing: a TLS certificate and its key go together");
        section.RefuseUnknown();
        return configuration;

        string? PathOf(string key) => section.Optional(key) is { } path ? Path.Combine(folder, path) : null;
    }
}
