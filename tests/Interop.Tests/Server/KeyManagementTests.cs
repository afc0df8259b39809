using System.Net;
using System.Net.Sockets;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;
using MediaEngine.Srtp;
using Microsoft.Extensions.Logging.Abstractions;

namespace MediaEngine.Interop.Tests;

/// <summary>Managed keys over real sockets with real ECCSI and SAKKE: uploaded CSKs, distributed and rotated GMKs.</summary>
public sealed class KeyManagementTests : IDisposable
{
    private const string Fire = EmbeddedOrganisation.FireGroup;

    private readonly TestKms _kms = new();

    public void Dispose() => _kms.Dispose();

    [Fact]
    public async Task Members_upload_csks_get_one_gmk_and_go_on_talking_through_a_rotation()
    {
        await using var system = new HostileSystem(kms: _kms);
        using KeyedClient alice = await RegisterAsync(system, "alice"), bob = await RegisterAsync(system, "bob"), dispatcher = await RegisterAsync(system, "dispatcher");
        McxKey first = await alice.KeyAsync(Fire, 1), bobs = await bob.KeyAsync(Fire, 1);
        Assert.Equal((first.Id, Octets(first), Convert.ToHexString(first.Rand)), (bobs.Id, Octets(bobs), Convert.ToHexString(bobs.Rand)));
        Assert.All(alice.Opened, opened => Assert.Equal(TestKms.Gms, opened.InitiatorUri));

        await alice.CallAsync(Fire);
        await alice.TakeFloorAsync(system.Server.MediaEndpoints.Floor);
        using SrtpSender underFirst = alice.MediaSender(first);
        ushort sequence = 0;
        Assert.Equal(first.Id, await NextAtAsync(bob, () => RawMember.Protect(underFirst, sequence++)));

        Assert.Equal(200, (await dispatcher.RotateAsync(Fire)).Status);
        McxKey second = await alice.KeyAsync(Fire, 2);
        Assert.Equal(Octets(second), Octets(await bob.KeyAsync(Fire, 2)));
        Assert.NotEqual(first.Id, second.Id);
        Assert.NotNull(second.Validity.Activation);
        using SrtpSender underSecond = alice.MediaSender(second);
        // Both are accepted until the old one ends.
        Assert.Equal(second.Id, await NextAtAsync(bob, () => RawMember.Protect(underSecond, sequence++)));
        Assert.Equal(first.Id, await NextAtAsync(bob, () => RawMember.Protect(underFirst, sequence++)));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await NextAtAsync(bob, () => RawMember.Protect(underFirst, sequence++), () => RawMember.Protect(underSecond, sequence++)) == first.Id)
        {
            Assert.Equal(second.Id, MkiOf((await bob.Audio.ReceiveAsync(limit.Token)).Buffer));
            await Task.Delay(50, limit.Token);
        }
        Assert.Empty(system.Faults);
        Assert.Empty(alice.Refused);

        // One packet reaches the server and then bob; under a key that has ended only the second one does.
        async Task<KeyIdentifier> NextAtAsync(KeyedClient listener, params Func<byte[]>[] packets)
        {
            foreach (Func<byte[]> packet in packets)
                await alice.Audio.SendAsync(packet(), system.Server.MediaEndpoints.Audio);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            return MkiOf((await listener.Audio.ReceiveAsync(patience.Token)).Buffer);
        }
    }

    [Fact]
    public async Task Keys_survive_a_restart_and_are_not_sent_again()
    {
        await using var system = new HostileSystem(kms: _kms);
        McxKey before;
        using (KeyedClient alice = await RegisterAsync(system, "alice"))
        {
            before = Copy(await alice.KeyAsync(Fire, 1));
            await alice.KeyAsync(EmbeddedOrganisation.PreconfiguredGroup, 1);
            // Answered after the keys' acknowledgements were.
            Assert.Equal(200, (await alice.AffiliateAsync(Fire)).Status);
        }
        await system.RestartAsync();

        using KeyedClient again = await RegisterAsync(system, "alice"), bob = await RegisterAsync(system, "bob");
        Assert.Equal(Octets(before), Octets(await bob.KeyAsync(Fire, 1)));
        Assert.Equal(200, (await again.AffiliateAsync(Fire)).Status);
        Assert.Empty(again.Opened);
        Assert.Empty(system.Faults);
    }

    [Theory]
    [InlineData("tampered", MikeyError.BadSignature)]
    [InlineData("signed by another user", MikeyError.WrongInitiator)]
    [InlineData("to another server", MikeyError.WrongRecipient)]
    [InlineData("old", MikeyError.StaleTimestamp)]
    [InlineData("a GMK", MikeyError.WrongPurpose)]
    [InlineData("of another KMS", MikeyError.BadSignature)]
    [InlineData("cut off", MikeyError.Truncated)]
    public async Task A_bad_upload_is_refused_with_its_cause_and_nothing_is_kept(string fault, MikeyError error)
    {
        await using var system = new HostileSystem(kms: _kms);
        using KeyedClient alice = await KeyedClient.ConnectAsync(system, "alice", _kms);
        using McxKey gmk = McxKey.Create(KeyPurpose.GroupMasterKey, SystemEntropy.Instance);
        using var otherKms = new TestKms();
        byte[] upload = fault switch
        {
            "signed by another user" => TestKms.Upload(_kms.Issue(EmbeddedOrganisation.McpttIdOf("bob")), alice.Csk),
            "to another server" => TestKms.Upload(alice.Identity, alice.Csk, to: TestKms.Gms),
            "old" => TestKms.Upload(alice.Identity, alice.Csk, age: TimeSpan.FromHours(1)),
            "a GMK" => TestKms.Upload(alice.Identity, gmk),
            "of another KMS" => TestKms.Upload(otherKms.Issue(alice.Identity.Uri), alice.Csk),
            _ => TestKms.Upload(alice.Identity, alice.Csk),
        };
        if (fault == "tampered")
            upload[^1] ^= 1;
        if (fault == "cut off")
            upload = upload[..^1];

        SipResponse refusal = await alice.RegisterAsync(upload);

        Assert.Equal((403, error.ToString()), (refusal.Status, SipWarning.AllOf(refusal).Single().Text));
        Assert.Equal(0, (await system.HeldAsync()).Registrations);
        Assert.Equal(200, (await alice.RegisterAsync()).Status);
        Assert.Empty(system.Faults);
    }

    [Fact]
    public async Task An_upload_cannot_be_replayed()
    {
        await using var system = new HostileSystem(kms: _kms);
        using KeyedClient alice = await KeyedClient.ConnectAsync(system, "alice", _kms);
        byte[] upload = TestKms.Upload(alice.Identity, alice.Csk);
        Assert.Equal(200, (await alice.RegisterAsync(upload)).Status);

        SipResponse refusal = await alice.RegisterAsync(upload);

        Assert.Equal((403, nameof(MikeyError.Replayed)), (refusal.Status, SipWarning.AllOf(refusal).Single().Text));
    }

    [Fact]
    public async Task A_server_without_kms_refuses_an_upload_and_serves_on()
    {
        await using var system = new HostileSystem();
        using KeyedClient alice = await KeyedClient.ConnectAsync(system, "alice", _kms);

        SipResponse refusal = await alice.RegisterAsync();

        Assert.Equal((403, nameof(MikeyError.UnknownKms)), (refusal.Status, SipWarning.AllOf(refusal).Single().Text));
        await system.AssertServesAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(false, "no KMS is configured")]
    [InlineData(true, "set store-key")]
    public void A_server_without_the_means_to_manage_keys_does_not_start(bool hasIdentities, string reason)
    {
        using var folder = new TemporaryFolder();
        SecretFile.Write(folder.File(DataFolder.ConfigurationName), DataFolder.ConfigurationYaml(0, 0, 0));
        SecretFile.Write(folder.File(DataFolder.OrganisationName), new EmbeddedOrganisation().OrganisationYaml());
        ServerConfiguration configuration = ServerConfiguration.Load(folder.File(DataFolder.ConfigurationName)) with { StoreKeyPath = null };
        Organisation organisation = HostileSystem.Managed(OrganisationFile.Load(configuration.OrganisationPath, configuration.Domain));

        string message = Assert.Throws<ConfigurationException>(
            () => new McServer(configuration, organisation, NullLoggerFactory.Instance, hasIdentities ? _kms.IssueServer() : null)).Message;

        Assert.StartsWith(hasIdentities ? configuration.StorePath : configuration.OrganisationPath, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.False(File.Exists(configuration.StorePath));
    }

    private async Task<KeyedClient> RegisterAsync(HostileSystem system, string name)
    {
        KeyedClient client = await KeyedClient.ConnectAsync(system, name, _kms);
        Assert.Equal(200, (await client.RegisterAsync()).Status);
        if (name != "dispatcher")
            Assert.Equal(200, (await client.AffiliateAsync(Fire)).Status);
        return client;
    }

    private static KeyIdentifier MkiOf(byte[] packet)
    {
        Assert.True(SrtpReceiver.TryReadMki(packet, GroupMasterKey.Mki_bytes, rocPresent: true, out ReadOnlySpan<byte> mki));
        return KeyIdentifier.Read(mki);
    }

    private static McxKey Copy(McxKey key) => new(key.Id, Convert.FromHexString(Octets(key)), key.Rand);

    private static string Octets(McxKey key)
    {
        byte[] octets = new byte[McxKey.Key_bytes];
        key.CopyKeyTo(octets);
        return Convert.ToHexString(octets);
    }
}
