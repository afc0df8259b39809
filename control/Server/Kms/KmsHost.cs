using System.Security.Cryptography.X509Certificates;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using Microsoft.Extensions.Logging;

namespace MediaEngine.Server;

/// <summary>
/// This server's KMS: the keys of its own identities, made anew for each key period, and, once started, the service that
/// provisions its users.
/// </summary>
public sealed class KmsHost : IAsyncDisposable
{
    private static readonly TimeSpan ShortestCheck = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestCheck = TimeSpan.FromMinutes(10);

    private readonly KmsSource _source;
    private readonly X509Certificate2 _certificate;
    private readonly KmsHttpService _service;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _gmsUri;
    private readonly string _mdsiUri;
    private readonly CancellationTokenSource _stopping = new();
    private Task _renewing = Task.CompletedTask;
    private ServerIdentities _identities;
    private ServerIdentities? _former;

    private KmsHost(ServerConfiguration configuration, KmsSource source, Organisation organisation, TimeProvider time, ILogger logger)
    {
        KmsConfiguration section = configuration.Kms!;
        _source = source;
        _time = time;
        _logger = logger;
        _gmsUri = configuration.GroupManagementUri;
        _mdsiUri = configuration.ServerUri;
        DateTimeOffset now = time.GetUtcNow();
        if (!source.Own.IsUsableAt(now))
            throw new ConfigurationException($"kms: the certificate of {source.Own} is revoked, expired or not valid yet; replace it.");
        _identities = TryIssue(now, out string reason) ?? throw new ConfigurationException($"kms: {reason}.");
        _certificate = section.TlsCertificatePath is { } path
            ? TlsCertificate.Load(path, section.TlsKeyPath!)
            : TlsCertificate.LoadOrCreate(section.Folder, $"kms.{configuration.Domain}", section.Listen.Address, now);
        _service = new KmsHttpService(section.Listen, _certificate, new KmsRequestHandler(source, now), organisation, time, logger);
    }

    /// <summary>What GMS and MDSI hold now. The former stay usable for one key period more.</summary>
    public ServerIdentities Identities => Volatile.Read(ref _identities);

    /// <summary>Called on any thread when a key period has begun.</summary>
    public Action<ServerIdentities>? Renewed { get; set; }

    /// <summary>Where it is served, once started.</summary>
    public Uri Url => _service.Url;

    /// <summary>Whose users it provisions.</summary>
    public KeyManagementServer Kms => _source.Own.Kms;

    /// <summary>Opens the KMS of a configuration; the built-in one is made on first use.</summary>
    /// <exception cref="ConfigurationException">Names file or key, reason and way out.</exception>
    public static KmsHost Open(ServerConfiguration configuration, Organisation organisation, ILogger logger, TimeProvider? time = null)
    {
        KmsConfiguration section = configuration.Kms ?? throw new ArgumentException("There is no kms section.", nameof(configuration));
        time ??= TimeProvider.System;
        KmsSource source = SourceOf(section, configuration, time.GetUtcNow());
        try
        {
            return new KmsHost(configuration, source, organisation, time, logger);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Starts serving, and renewing the identities' keys.</summary>
    /// <exception cref="KmsBindException">The address is not to be had.</exception>
    public void Start()
    {
        _service.StartAsync().GetAwaiter().GetResult();
        _logger.LogInformation("kms-ready {Kms}: at {Url}, key period {Period}", _source.Own, Url, KeyPeriods.PeriodAt(Kms, _time.GetUtcNow()));
        _renewing = RenewAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        await _service.DisposeAsync().ConfigureAwait(false);
        Dispose(_identities);
        Dispose(_former);
        _certificate.Dispose();
        _source.Dispose();
        _stopping.Dispose();
    }

    private static KmsSource SourceOf(KmsConfiguration section, ServerConfiguration configuration, DateTimeOffset now)
    {
        IReadOnlyList<KmsCertificate> trusted = [];
        if (section.TrustedPath is not null)
        {
            using KmsMaterial partners = KmsFile.Load(section.TrustedPath);
            trusted = partners.Certificates;
        }
        if (section.MaterialPath is not null)
            return new KmsSource.Imported(KmsFile.Load(section.MaterialPath), trusted);
        bool isNew = !KeyAuthorityFolder.Exists(section.Folder);
        using StoreSeal seal = StoreSeal.Load(
            configuration.StoreKeyPath, Environment.GetEnvironmentVariable(StoreSeal.EnvironmentVariable), mayCreate: isNew && !SqliteStore.IsSealed(configuration.StorePath))
            ?? throw new ConfigurationException("kms: the built-in KMS keeps its secrets sealed under the store key; set store-key, or kms.material for an external KMS.");
        KeyAuthority authority;
        if (isNew)
        {
            authority = KeyAuthorityFolder.Generate(section.Uri ?? $"kms.{configuration.Domain}", configuration.Domain, now, SystemEntropy.Instance);
            KeyAuthorityFolder.Save(section.Folder, authority, seal);
        }
        else
        {
            authority = KeyAuthorityFolder.Load(section.Folder, seal);
        }
        if (section.Uri is { } uri && uri != authority.Certificate.Kms.Uri)
        {
            authority.Dispose();
            throw new ConfigurationException($"kms.uri is {uri}, but the KMS in {section.Folder} is {authority}; its users' keys depend on that name. Leave kms.uri out, or choose another kms.folder.");
        }
        return new KmsSource.BuiltIn(authority, trusted, SystemEntropy.Instance);
    }

    private async Task RenewAsync()
    {
        var interval = TimeSpan.FromSeconds(Math.Clamp(Kms.UserKeyPeriod_s / 10.0, ShortestCheck.TotalSeconds, LongestCheck.TotalSeconds));
        using var timer = new PeriodicTimer(interval, _time);
        long period = KeyPeriods.PeriodAt(Kms, _time.GetUtcNow());
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                DateTimeOffset now = _time.GetUtcNow();
                if (KeyPeriods.PeriodAt(Kms, now) == period)
                    continue;
                if (TryIssue(now, out string reason) is not { } identities)
                {
                    _logger.LogWarning("kms-renewal-failed {Kms}: {Reason}", _source.Own, reason);
                    continue;
                }
                period = KeyPeriods.PeriodAt(Kms, now);
                Dispose(_former);
                _former = Interlocked.Exchange(ref _identities, identities);
                _logger.LogInformation("kms-renewed {Kms}: key period {Period}", _source.Own, period);
                Renewed?.Invoke(identities);
            }
        }
        catch (OperationCanceledException)
        {
            // The way it ends.
        }
    }

    private ServerIdentities? TryIssue(DateTimeOffset now, out string reason)
    {
        IdentityKeys? gms = TryIssue(_gmsUri, now, out reason);
        IdentityKeys? mdsi = gms is null ? null : TryIssue(_mdsiUri, now, out reason);
        if (mdsi is not null)
            return new ServerIdentities(gms!, mdsi);
        gms?.Dispose();
        return null;
    }

    private IdentityKeys? TryIssue(string uri, DateTimeOffset now, out string reason)
    {
        reason = string.Empty;
        List<UserKeySet> keySets = _source.KeySetsOf(uri, KeyPeriods.HeldAt(Kms, now));
        if (keySets.Exists(keys => keys.KeyPeriodNumber == KeyPeriods.PeriodAt(Kms, now)))
            return new IdentityKeys(uri, _source.Own, [.. _source.Trusted.Where(other => other.IsUsableAt(now))], keySets, SystemEntropy.Instance);
        keySets.ForEach(keys => keys.Dispose());
        reason = $"the KMS has no usable keys of {uri} for the current key period; import them with those of this server's users";
        return null;
    }

    private static void Dispose(ServerIdentities? identities)
    {
        identities?.Gms.Dispose();
        identities?.Mdsi.Dispose();
    }
}
