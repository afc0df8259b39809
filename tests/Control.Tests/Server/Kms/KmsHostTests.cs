using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MediaEngine.Keys;
using MediaEngine.Server;

namespace MediaEngine.Control.Tests.Server;

#pragma warning disable CA1416 // The server runs on Linux.

/// <summary>What a KMS keeps, where it has its keys from, and what stops its start.</summary>
public sealed class KmsHostTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Gms = "sip:gms@mcx.example";
    private const string Mdsi = "sip:mcptt@mcx.example";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_KMS_is_made_once_and_kept()
    {
        KmsCertificate first, second;
        await using (var scene = new KmsScene(_folder))
            first = (await scene.AskAsync<KmsMessage.Init>("init")).Certificate;
        await using (var scene = new KmsScene(_folder))
            second = (await scene.AskAsync<KmsMessage.Init>("init")).Certificate;
        Assert.True(first.KmsPublicKey.Octets.SequenceEqual(second.KmsPublicKey.Octets));
        Assert.True(first.KmsPublicAuthenticationKey.Octets.SequenceEqual(second.KmsPublicAuthenticationKey.Octets));
    }

    [Fact]
    public async Task What_is_secret_is_its_owners_alone_and_sealed()
    {
        await using KmsHost host = KmsScene.Open(_folder);
        string[] secrets = ["kms/secrets.sealed", "kms/tls.key", "store.key"];
        Assert.All(secrets, name => Assert.Equal(OwnerOnly, File.GetUnixFileMode(_folder.File(name))));
        using var seal = new StoreSeal(Convert.FromHexString(File.ReadAllText(_folder.File("store.key")).Trim()));
        byte[] stored = File.ReadAllBytes(_folder.File("kms/secrets.sealed"));
        Assert.True(seal.TryOpen("KeyAuthority", "kms.mcx.example", stored, out byte[] opened));
        Assert.Equal(KeyAuthority.Secrets_bytes, opened.Length);
        Assert.Equal(-1, stored.AsSpan().IndexOf(opened.AsSpan(0, 16)));
    }

    [Fact]
    public async Task GMS_and_MDSI_hold_keys_of_three_periods()
    {
        await using KmsHost host = KmsScene.Open(_folder);
        Assert.Equal((Gms, Mdsi), (host.Identities.Gms.Uri, host.Identities.Mdsi.Uri));
        Assert.Equal(KeyPeriods.HeldAt(host.Kms, DateTimeOffset.UtcNow), host.Identities.Gms.KeyPeriodNumbers);
        Assert.Equal(host.Identities.Gms.KeyPeriodNumbers, host.Identities.Mdsi.KeyPeriodNumbers);
    }

    [Fact]
    public async Task Keys_are_renewed_with_the_key_period_and_the_former_stay_usable()
    {
        MakeKms(keyPeriod_s: 5);
        var time = new ManualTime();
        await using KmsHost host = KmsScene.Open(_folder, time: time);
        var renewed = new TaskCompletionSource<ServerIdentities>(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Renewed = identities => renewed.TrySetResult(identities);
        IdentityKeys before = host.Identities.Gms;
        host.Start();
        time.Advance(TimeSpan.FromSeconds(5));
        ServerIdentities now = await renewed.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Same(now, host.Identities);
        Assert.Equal(before.KeyPeriodNumbers.Select(number => number + 1), now.Gms.KeyPeriodNumbers);
        Assert.True(before.TrySign(before.KeySets[1].UserIdentifier, "late"u8, new byte[SecretSigningKey.Signature_bytes]));
    }

    [Fact]
    public async Task A_partners_certificate_is_trusted_and_served()
    {
        using KeyAuthority partner = KeyAuthorityFolder.Generate("kms.partner.example", "partner.example", DateTimeOffset.UtcNow, SystemEntropy.Instance);
        File.WriteAllBytes(_folder.File("partners.xml"), KmsMaterial.Write([partner.Certificate], []));
        await using var scene = new KmsScene(_folder, section => section with { TrustedPath = _folder.File("partners.xml") });
        Assert.Contains(partner.Certificate.Kms, scene.Host.Identities.Mdsi.TrustedKms);
        var cache = await scene.AskAsync<KmsMessage.CertificateCache>("certcache");
        Assert.Equal(["kms.mcx.example", "kms.partner.example"], cache.Certificates.Select(certificate => certificate.Kms.Uri));
    }

    [Fact]
    public async Task Imported_keys_are_served_to_their_users_only()
    {
        WriteMaterial(Gms, Mdsi, KmsScene.Alice);
        await using var scene = new KmsScene(_folder, WithMaterial);
        Assert.Equal("kms.external.example", scene.Host.Kms.Uri);
        var provision = await scene.AskAsync<KmsMessage.KeyProvision>("keyprov", KmsScene.RequestOf(KmsScene.Alice, "kms.external.example").Write());
        Assert.Equal(3, provision.KeySets.Count);
        await scene.RefusedAsync(System.Net.HttpStatusCode.NotFound, "keyprov", KmsScene.RequestOf(KmsScene.Bob, "kms.external.example").Write(), user: "bob");
        Assert.False(File.Exists(_folder.File("kms/secrets.sealed")));
    }

    [Theory]
    [InlineData(Gms, Mdsi)]
    [InlineData(Mdsi, Gms)]
    public void Imported_keys_without_those_of_the_server_stop_the_start(string there, string missing)
    {
        WriteMaterial(there);
        Refused(missing, WithMaterial);
    }

    [Fact]
    public void A_file_of_material_that_is_none_stops_the_start()
    {
        _folder.Write("material.xml", "<KmsMaterial/>");
        Refused("material.xml: lacks an element", WithMaterial);
    }

    [Fact]
    public void A_file_of_material_that_is_missing_stops_the_start() => Refused("material.xml: cannot be read", WithMaterial);

    [Fact]
    public void A_file_of_partners_that_is_none_stops_the_start()
    {
        _folder.Write("partners.xml", "partners");
        Refused("partners.xml: is not well-formed", section => section with { TrustedPath = _folder.File("partners.xml") });
    }

    [Fact]
    public void Without_a_store_key_the_built_in_KMS_does_not_start() =>
        Assert.Contains("set store-key", Assert.Throws<ConfigurationException>(() => KmsScene.Open(_folder, withStoreKey: false)).Message, StringComparison.Ordinal);

    [Fact]
    public void Another_store_key_stops_the_start()
    {
        MakeKms();
        SecretFile.Write(_folder.File("store.key"), Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(StoreSeal.Key_bytes)));
        Refused("secrets.sealed: cannot be opened: the store key is another");
    }

    [Fact]
    public void A_store_key_that_was_lost_stops_the_start_and_is_not_made_anew()
    {
        MakeKms();
        File.Delete(_folder.File("store.key"));
        Refused("store.key");
        Assert.False(File.Exists(_folder.File("store.key")));
    }

    [Fact]
    public void Secrets_that_were_changed_stop_the_start()
    {
        MakeKms();
        byte[] stored = File.ReadAllBytes(_folder.File("kms/secrets.sealed"));
        stored[^1] ^= 1;
        File.WriteAllBytes(_folder.File("kms/secrets.sealed"), stored);
        Refused("secrets.sealed: cannot be opened");
    }

    [Fact]
    public void A_certificate_of_another_KMS_stops_the_start()
    {
        MakeKms();
        using KeyAuthority other = KeyAuthorityFolder.Generate("kms.mcx.example", "mcx.example", DateTimeOffset.UtcNow, SystemEntropy.Instance);
        File.WriteAllBytes(_folder.File("kms/certificate.xml"), KmsMaterial.Write([other.Certificate], []));
        Refused("certificate.xml: is not the certificate of the KMS");
    }

    [Fact]
    public void Another_name_than_the_KMS_has_stops_the_start()
    {
        MakeKms();
        Refused("kms.uri is kms.other.example, but the KMS", section => section with { Uri = "kms.other.example" });
    }

    [Fact]
    public async Task A_new_KMS_gets_the_name_that_is_configured()
    {
        await using KmsHost host = KmsScene.Open(_folder, section => section with { Uri = "sip:kms@mcx.example" });
        Assert.Equal("sip:kms@mcx.example", host.Kms.Uri);
    }

    [Fact]
    public void An_expired_certificate_stops_the_start()
    {
        MakeKms();
        var time = new ManualTime();
        time.Advance(TimeSpan.FromDays(366 * 21));
        Assert.Contains("expired", Assert.Throws<ConfigurationException>(() => KmsScene.Open(_folder, time: time)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configured_TLS_certificate_is_presented()
    {
        using X509Certificate2 made = TlsCertificate.LoadOrCreate(_folder.File("other"), "kms.mcx.example", System.Net.IPAddress.Loopback, DateTimeOffset.UtcNow);
        await using var scene = new KmsScene(_folder, section => section with { TlsCertificatePath = _folder.File("other/tls.crt"), TlsKeyPath = _folder.File("other/tls.key") });
        await scene.AskAsync<KmsMessage.Init>("init");
        Assert.Equal(made.RawData, scene.PresentedCertificate);
        Assert.False(File.Exists(_folder.File("kms/tls.crt")));
    }

    [Fact]
    public void A_TLS_certificate_that_is_missing_stops_the_start() =>
        Refused("none.crt", section => section with { TlsCertificatePath = _folder.File("none.crt"), TlsKeyPath = _folder.File("none.key") });

    [Fact]
    public void A_TLS_key_of_another_certificate_stops_the_start()
    {
        TlsCertificate.LoadOrCreate(_folder.File("one"), "kms.mcx.example", System.Net.IPAddress.Loopback, DateTimeOffset.UtcNow).Dispose();
        TlsCertificate.LoadOrCreate(_folder.File("two"), "kms.mcx.example", System.Net.IPAddress.Loopback, DateTimeOffset.UtcNow).Dispose();
        Refused("are not a TLS certificate and its private key", section => section with { TlsCertificatePath = _folder.File("one/tls.crt"), TlsKeyPath = _folder.File("two/tls.key") });
    }

    [Fact]
    public async Task A_port_in_use_stops_the_start()
    {
        await using var scene = new KmsScene(_folder);
        await using KmsHost second = KmsScene.Open(_folder, section => section with { Listen = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, scene.Host.Url.Port) });
        Assert.Contains("kms.listen", Assert.Throws<KmsBindException>(second.Start).Message, StringComparison.Ordinal);
    }

    private KmsConfiguration WithMaterial(KmsConfiguration section) => section with { MaterialPath = _folder.File("material.xml") };

    private void Refused(string reason, Func<KmsConfiguration, KmsConfiguration>? change = null) =>
        Assert.Contains(reason, Assert.Throws<ConfigurationException>(() => KmsScene.Open(_folder, change)).Message, StringComparison.Ordinal);

    private void MakeKms(int keyPeriod_s = KeyAuthorityFolder.DefaultKeyPeriod_s)
    {
        using StoreSeal seal = StoreSeal.Load(_folder.File("store.key"), environment: null, mayCreate: true)!;
        using KeyAuthority authority = KeyAuthorityFolder.Generate("kms.mcx.example", "mcx.example", DateTimeOffset.UtcNow, SystemEntropy.Instance, keyPeriod_s);
        KeyAuthorityFolder.Save(_folder.File("kms"), authority, seal);
    }

    private void WriteMaterial(params string[] uris)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using KeyAuthority external = KeyAuthorityFolder.Generate("kms.external.example", "external.example", now, SystemEntropy.Instance);
        var identities = uris.Select(uri => external.IssueIdentity(uri, now, SystemEntropy.Instance)).ToList();
        File.WriteAllBytes(_folder.File("material.xml"), KmsMaterial.Write([external.Certificate], identities.SelectMany(keys => keys.KeySets)));
        identities.ForEach(keys => keys.Dispose());
    }
}
