using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using MediaEngine.Tool;

namespace MediaEngine.Interop.Tests;

/// <summary>Keys between a client and a server over sockets: GMKs to it (TS 33.180 5.7), its CSK from it (5.4).</summary>
public sealed class KeyDeliveryTests
{
    private const string Fire = "sip:fire@mcx.example";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(SipTransportKind.Tcp)]
    [InlineData(SipTransportKind.Udp)]
    public async Task A_delivered_key_is_kept_before_it_is_acknowledged(SipTransportKind transport)
    {
        await using var server = new KeyServer();
        McxEndpoint alice = server.Endpoint(transport);
        await alice.RegisterAsync(Cancellation);
        Task<GroupKeyInstalled> installed = alice.ExpectAsync<GroupKeyInstalled>(Soon);
        using McxKey key = ProvisioningKms.Gmk(Fire, DateTimeOffset.UtcNow.AddMinutes(-1));
        SipResponse response = await server.SendAsync(server.Kms.Message(key, KeyServer.AliceId));
        Assert.Equal(200, response.Status);
        Assert.Equal(key.Id, Assert.Single(new KeyFile(server.KeyFilePath, KeyServer.AliceId).Load().Keys).Key.Id);
        GroupKeyInstalled told = await installed;
        Assert.Equal((key.Id.ToString(), Fire, false), (told.GmkId, Assert.Single(told.Groups), told.Renewed));
        Assert.Equal($"{key.Id}{key.BundleIdFor(KeyServer.AliceId)}", alice.MkiOf(Fire));
    }

    [Fact]
    public async Task A_restarted_client_holds_its_keys_at_once()
    {
        await using var server = new KeyServer();
        McxEndpoint alice = server.Endpoint();
        await alice.RegisterAsync(Cancellation);
        using McxKey key = ProvisioningKms.Gmk(Fire);
        Assert.Equal(200, (await server.SendAsync(server.Kms.Message(key, KeyServer.AliceId))).Status);
        string? mki = alice.MkiOf(Fire);
        await alice.DisposeAsync();
        Assert.NotNull(mki);
        Assert.Equal(mki, server.Endpoint().MkiOf(Fire));
    }

    [Fact]
    public async Task A_tampered_message_is_answered_403_with_the_errors_name_and_leaves_nothing()
    {
        await using var server = new KeyServer();
        McxEndpoint alice = server.Endpoint();
        await alice.RegisterAsync(Cancellation);
        using McxKey key = ProvisioningKms.Gmk(Fire);
        byte[] message = server.Kms.Message(key, KeyServer.AliceId);
        message[^100] ^= 1;
        Task<KeyMessageRefused> told = alice.ExpectAsync<KeyMessageRefused>(Soon);
        AssertRefused(MikeyError.BadSignature, await server.SendAsync(message));
        Assert.Equal(nameof(MikeyError.BadSignature), (await told).Error);
        Assert.False(alice.HoldsKeyOf(Fire));
        Assert.False(File.Exists(server.KeyFilePath));
    }

    [Fact]
    public async Task A_replayed_message_is_answered_403_before_and_after_a_restart()
    {
        await using var server = new KeyServer();
        McxEndpoint alice = server.Endpoint();
        await alice.RegisterAsync(Cancellation);
        using McxKey key = ProvisioningKms.Gmk(Fire);
        byte[] message = server.Kms.Message(key, KeyServer.AliceId);
        Assert.Equal(200, (await server.SendAsync(message)).Status);
        AssertRefused(MikeyError.Replayed, await server.SendAsync(message));
        await alice.DisposeAsync();
        await server.Endpoint().RegisterAsync(Cancellation);
        AssertRefused(MikeyError.Replayed, await server.SendAsync(message));
    }

    [Fact]
    public async Task A_message_of_another_user_is_answered_403()
    {
        await using var server = new KeyServer();
        await server.Endpoint().RegisterAsync(Cancellation);
        using McxKey key = ProvisioningKms.Gmk(Fire);
        AssertRefused(
            MikeyError.WrongInitiator,
            await server.SendAsync(server.Kms.Message(key, KeyServer.AliceId, from: server.Kms.Issue("sip:bob@mcx.example"))));
    }

    [Fact]
    public async Task Octets_that_are_no_message_are_answered_403()
    {
        await using var server = new KeyServer();
        await server.Endpoint().RegisterAsync(Cancellation);
        AssertRefused(MikeyError.Truncated, await server.SendAsync([1, 26]));
    }

    [Fact]
    public async Task A_client_without_identity_keys_refuses_key_messages()
    {
        await using var server = new KeyServer();
        await server.Endpoint(identity: false).RegisterAsync(Cancellation);
        using McxKey key = ProvisioningKms.Gmk(Fire);
        SipResponse response = await server.SendAsync(server.Kms.Message(key, KeyServer.AliceId));
        Assert.Equal((403, "NoIdentityKeys"), (response.Status, Assert.Single(SipWarning.AllOf(response)).Text));
    }

    [Fact]
    public async Task A_key_that_cannot_be_kept_is_answered_500_and_not_used()
    {
        await using var server = new KeyServer();
        string blocked = server.File("blocked.keys.json");
        Directory.CreateDirectory(blocked);
        McxEndpoint alice = server.Endpoint(keyFile: blocked);
        await alice.RegisterAsync(Cancellation);
        using McxKey key = ProvisioningKms.Gmk(Fire);
        SipResponse response = await server.SendAsync(server.Kms.Message(key, KeyServer.AliceId));
        Assert.Equal((500, "NotStored"), (response.Status, Assert.Single(SipWarning.AllOf(response)).Text));
        Assert.False(alice.HoldsKeyOf(Fire));
    }

    [Fact]
    public async Task A_key_is_dropped_when_its_time_is_over()
    {
        await using var server = new KeyServer();
        McxEndpoint alice = server.Endpoint();
        await alice.RegisterAsync(Cancellation);
        // Whole seconds are what a message can say: 1 to 2 s from now.
        using McxKey key = ProvisioningKms.Gmk(Fire, null, DateTimeOffset.UtcNow.AddSeconds(2));
        Task<GroupKeyRetired> retired = alice.ExpectAsync<GroupKeyRetired>(Soon);
        Assert.Equal(200, (await server.SendAsync(server.Kms.Message(key, KeyServer.AliceId))).Status);
        Assert.Equal(key.Id.ToString(), (await retired).GmkId);
        Assert.False(alice.HoldsKeyOf(Fire));
    }

    [Fact]
    public async Task A_key_can_be_waited_for()
    {
        await using var server = new KeyServer();
        McxEndpoint alice = server.Endpoint();
        await alice.RegisterAsync(Cancellation);
        await Assert.ThrowsAsync<TimeoutException>(() => alice.WaitForKeyAsync(Fire, TimeSpan.FromMilliseconds(10), Cancellation));
        Task waiting = alice.WaitForKeyAsync(Fire, Soon, Cancellation);
        using McxKey key = ProvisioningKms.Gmk(Fire);
        await server.SendAsync(server.Kms.Message(key, KeyServer.AliceId));
        await waiting;
        await alice.WaitForKeyAsync(Fire, TimeSpan.Zero, Cancellation);
    }

    [Fact]
    public async Task The_client_makes_a_csk_and_uploads_it_once_with_its_registration()
    {
        await using var server = new KeyServer();
        McxEndpoint alice = server.Endpoint();
        Task<ClientServerKeyUploaded> told = alice.ExpectAsync<ClientServerKeyUploaded>(Soon);
        await alice.RegisterAsync(Cancellation);
        await alice.RegisterAsync(Cancellation);
        SipRequest[] registrations = [.. server.Requests.Where(request => request.Method == SipMethods.Register)];
        Assert.Equal(2, registrations.Length);
        Assert.Null(KeyPartOf(registrations[1]));

        using IdentityKeys mcxServer = server.Kms.Issue(ProvisioningKms.McxServer);
        var opener = new MikeySakkeOpener(
            ProvisioningKms.McxServer, mcxServer.Kms, mcxServer.TrustedKms, mcxServer, mcxServer,
            new MikeyReplayCache(16, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)), MikeyOpenPolicy.Strict);
        MikeyError error = opener.TryOpen(
            KeyPartOf(registrations[0])!.Body.Span, KeyPurpose.ClientServerKey, KeyServer.AliceId, DateTimeOffset.UtcNow, null, out OpenedMikeyMessage? opened, out _);
        Assert.Equal(MikeyError.None, error);
        using (opened)
        {
            byte[] taken = new byte[16], made = new byte[16];
            opened!.Key.CopyKeyTo(taken);
            alice.ClientServerKey.CopyKeyTo(made);
            Assert.Equal(alice.ClientServerKey.Id, opened.Key.Id);
            Assert.Equal(made, taken);
            Assert.Equal(alice.ClientServerKey.Rand, opened.Key.Rand);
            Assert.Equal(opened.Key.Id.ToString(), (await told).CskId);
        }
    }

    [Fact]
    public async Task A_refused_csk_is_sent_again_as_a_message_of_its_own()
    {
        await using var server = new KeyServer();
        server.Answer = request =>
        {
            SipResponse refusal = SipResponse.For(request, 403, toTag: "server");
            refusal.Headers.Add("Warning", new SipWarning(399, "mcx.example", nameof(MikeyError.KeyPeriodExpired)).ToString());
            return refusal;
        };
        McxEndpoint alice = server.Endpoint();
        var error = await Assert.ThrowsAsync<ServerRefusedException>(() => alice.RegisterAsync(Cancellation));
        Assert.Contains(nameof(MikeyError.KeyPeriodExpired), error.Message, StringComparison.Ordinal);
        server.Answer = request => SipResponse.For(request, 200, toTag: "server");
        await alice.RegisterAsync(Cancellation);
        byte[][] messages = [.. server.Requests.Select(request => KeyPartOf(request)!.Body.ToArray())];
        Assert.Equal(2, messages.Length);
        Assert.NotEqual(messages[0], messages[1]);
    }

    [Fact]
    public async Task Each_start_makes_another_csk()
    {
        await using var server = new KeyServer();
        Assert.NotEqual(server.Endpoint().ClientServerKey.Id, server.Endpoint(keyFile: server.File("other")).ClientServerKey.Id);
    }

    [Fact]
    public async Task A_configured_csk_is_not_uploaded()
    {
        await using var server = new KeyServer();
        await server.Endpoint(identity: false).RegisterAsync(Cancellation);
        Assert.Null(KeyPartOf(Assert.Single(server.Requests)));
    }

    [Fact]
    public async Task A_new_group_key_is_asked_of_the_group_management_server()
    {
        await using var server = new KeyServer();
        McxEndpoint alice = server.Endpoint();
        await alice.RotateKeyAsync(Fire, Cancellation);
        SipRequest request = Assert.Single(server.Requests);
        Assert.Equal((SipMethods.Message, ProvisioningKms.GroupManagementServer), (request.Method, request.RequestUri));
        Assert.Equal(ProvisioningKms.GroupManagementServer, request.To?.Uri.ToString());
        MimePart part = Assert.Single(MultipartBody.PartsOf(request));
        Assert.Equal("application/vnd.mediaengine.key-rotation+xml", part.MediaType);
        Assert.True(KeyRotationBody.TryParse(part.Body, out KeyRotationBody body, out _));
        Assert.Equal(Fire, body.Group);
    }

    private static MimePart? KeyPartOf(SipRequest request) =>
        MultipartBody.PartsOf(request).FirstOrDefault(part => part.MediaType == ContentTypes.Mikey);

    private static void AssertRefused(MikeyError error, SipResponse response)
    {
        SipWarning warning = Assert.Single(SipWarning.AllOf(response));
        Assert.Equal((403, 399, error.ToString()), (response.Status, warning.Code, warning.Text));
    }
}
