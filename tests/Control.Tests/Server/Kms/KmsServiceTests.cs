using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MediaEngine.Keys;

namespace MediaEngine.Control.Tests.Server;

/// <summary>The KMS over HTTPS, as users and others meet it.</summary>
public sealed class KmsServiceTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly KmsScene _scene;

    public KmsServiceTests() => _scene = new KmsScene(_folder);

    public async ValueTask DisposeAsync()
    {
        await _scene.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Init_gives_the_certificate_of_the_KMS()
    {
        KmsCertificate certificate = (await _scene.AskAsync<KmsMessage.Init>("init")).Certificate;
        Assert.Equal(new KeyManagementServer("kms.mcx.example", 2_592_000, 0), certificate.Kms);
        Assert.True(certificate.IsUsableAt(_scene.Time.GetUtcNow()));
        Assert.Equal(["mcx.example"], certificate.Domains);
    }

    [Fact]
    public async Task Init_needs_no_KMS_URI_that_the_client_cannot_know() =>
        await _scene.AskAsync<KmsMessage.Init>("init", KmsScene.RequestOf(KmsScene.Alice, "127.0.0.1").Write());

    [Fact]
    public async Task A_request_without_a_body_is_answered() => await _scene.AskAsync<KmsMessage.Init>("init", []);

    [Fact]
    public async Task Keyprov_gives_the_users_keys_of_three_periods()
    {
        KmsCertificate certificate = (await _scene.AskAsync<KmsMessage.Init>("init")).Certificate;
        var provision = await _scene.AskAsync<KmsMessage.KeyProvision>("keyprov");
        Assert.Equal(KeyPeriods.HeldAt(certificate.Kms, _scene.Time.GetUtcNow()), provision.KeySets.Select(set => set.KeyPeriodNumber));
        Assert.All(provision.KeySets, set => AssertUsable(certificate, set, KmsScene.Alice));
    }

    [Fact]
    public async Task Keyprov_takes_the_users_own_URI()
    {
        var provision = await _scene.AskAsync<KmsMessage.KeyProvision>($"keyprov/{Uri.EscapeDataString(KmsScene.Alice)}");
        Assert.All(provision.KeySets, set => Assert.Equal(KmsScene.Alice, set.UserUri));
    }

    [Fact]
    public async Task Keyprov_takes_a_time_within_a_period_held()
    {
        KmsCertificate certificate = (await _scene.AskAsync<KmsMessage.Init>("init")).Certificate;
        DateTimeOffset next = _scene.Time.GetUtcNow().AddDays(30);
        var provision = await _scene.AskAsync<KmsMessage.KeyProvision>($"keyprov/{Uri.EscapeDataString(KmsScene.Alice)}/{Ntp(next)}");
        Assert.Equal([KeyPeriods.PeriodAt(certificate.Kms, next)], provision.KeySets.Select(set => set.KeyPeriodNumber));
    }

    [Fact]
    public async Task Keyprov_of_a_later_period_is_refused() =>
        Assert.Contains("key period", await _scene.RefusedAsync(
            HttpStatusCode.NotFound, $"keyprov/{Uri.EscapeDataString(KmsScene.Alice)}/{Ntp(_scene.Time.GetUtcNow().AddDays(90))}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("now")]
    [InlineData("D6B43232")]
    [InlineData("D6B4323200000000FF")]
    public async Task Keyprov_at_something_else_than_a_time_is_refused(string time) =>
        Assert.Contains("NTP timestamp", await _scene.RefusedAsync(
            HttpStatusCode.BadRequest, $"keyprov/{Uri.EscapeDataString(KmsScene.Alice)}/{time}"), StringComparison.Ordinal);

    [Fact]
    public async Task Keys_of_another_user_are_refused() =>
        Assert.Contains("asks for the keys of sip%3Abob%40mcx.example", await _scene.RefusedAsync(
            HttpStatusCode.Forbidden, $"keyprov/{Uri.EscapeDataString(KmsScene.Bob)}"), StringComparison.Ordinal);

    [Fact]
    public async Task A_URI_of_control_characters_is_refused_without_repeating_them() =>
        Assert.Contains("%01%0A", await _scene.RefusedAsync(HttpStatusCode.Forbidden, "keyprov/%01%0Akms-keys-issued"), StringComparison.Ordinal);

    [Fact]
    public async Task Keys_of_the_server_are_refused() =>
        await _scene.RefusedAsync(HttpStatusCode.Forbidden, $"keyprov/{Uri.EscapeDataString("sip:gms@mcx.example")}");

    [Fact]
    public async Task A_request_in_another_users_name_is_refused() =>
        await _scene.RefusedAsync(HttpStatusCode.Forbidden, "keyprov", KmsScene.RequestOf(KmsScene.Bob).Write());

    [Fact]
    public async Task A_request_to_another_KMS_is_refused() =>
        await _scene.RefusedAsync(HttpStatusCode.NotFound, "keyprov", KmsScene.RequestOf(KmsScene.Alice, "kms.other.example").Write());

    [Fact]
    public async Task Certcache_gives_the_own_certificate()
    {
        var cache = await _scene.AskAsync<KmsMessage.CertificateCache>("certcache");
        Assert.Equal(["kms.mcx.example"], cache.Certificates.Select(certificate => certificate.Kms.Uri));
    }

    [Fact]
    public async Task Certcache_gives_nothing_to_who_has_it()
    {
        var cache = await _scene.AskAsync<KmsMessage.CertificateCache>("certcache");
        var again = await _scene.AskAsync<KmsMessage.CertificateCache>($"certcache/{cache.Number}");
        Assert.Equal((cache.Number, 0), (again.Number, again.Certificates.Count));
    }

    [Fact]
    public async Task Certcache_of_no_number_is_refused() => await _scene.RefusedAsync(HttpStatusCode.BadRequest, "certcache/newest");

    [Theory]
    [InlineData("lookup")]
    [InlineData("init/more")]
    [InlineData("keyprov/sip%3Aalice%40mcx.example/D6B4323200000000/more")]
    public async Task Other_resources_are_not_there(string resource) =>
        Assert.Equal(HttpStatusCode.NotFound, (await _scene.PostAsync(resource)).Status);

    [Theory]
    [InlineData("no XML", "not well-formed")]
    [InlineData("<KmsRequest/>", "lacks an element")]
    [InlineData("<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", "document type")]
    public async Task A_bad_body_is_refused_with_its_reason(string body, string reason)
    {
        (HttpStatusCode status, byte[] answer, _) = await _scene.PostAsync("init", Encoding.UTF8.GetBytes(body));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(reason, Encoding.UTF8.GetString(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_too_long_is_refused() =>
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _scene.PostAsync("init", new byte[64 * 1024 + 1])).Status);

    [Fact]
    public async Task Other_methods_are_refused()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, KmsScene.Root + "init");
        KmsScene.Authorise(request, KmsScene.Basic("u-alice", "secret of alice"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await _scene.SendAsync(request)).Status);
    }

    [Fact]
    public async Task Who_does_not_authenticate_is_challenged()
    {
        (HttpStatusCode status, byte[] body, HttpResponseHeaders headers) = await _scene.SendAsync(new HttpRequestMessage(HttpMethod.Post, KmsScene.Root + "init"));
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Equal("Basic realm=\"mcx.example\", charset=\"UTF-8\"", headers.WwwAuthenticate.Single().ToString());
        Assert.DoesNotContain("Kms", Encoding.UTF8.GetString(body), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("u-alice", "secret of bob")]
    [InlineData("u-alice", "")]
    [InlineData("u-mallory", "secret of alice")]
    [InlineData("", "secret of alice")]
    public async Task Wrong_credentials_are_refused(string name, string password) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await _scene.PostAsync("keyprov", authorization: KmsScene.Basic(name, password))).Status);

    [Theory]
    [InlineData("Basic")]
    [InlineData("Basic ?")]
    [InlineData("Basic bm9jb2xvbg==")]
    [InlineData("Bearer dS1hbGljZTpzZWNyZXQgb2YgYWxpY2U=")]
    [InlineData("Digest username=\"u-alice\"")]
    public async Task Credentials_of_another_form_are_refused(string authorization) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await _scene.PostAsync("keyprov", authorization: authorization)).Status);

    [Fact]
    public async Task The_user_may_give_his_whole_identity() =>
        await _scene.AskAsync<KmsMessage.Init>("init", authorization: KmsScene.Basic("u-alice@mcx.example", "secret of alice"));

    [Fact]
    public async Task An_address_that_fails_too_often_waits_a_minute()
    {
        for (int i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await _scene.PostAsync("init", authorization: KmsScene.Basic("u-alice", $"guess {i}"))).Status);
        (HttpStatusCode status, _, HttpResponseHeaders headers) = await _scene.PostAsync("init");
        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal(TimeSpan.FromMinutes(1), headers.RetryAfter!.Delta);
        _scene.Time.Advance(TimeSpan.FromMinutes(1));
        await _scene.AskAsync<KmsMessage.Init>("init");
    }

    [Fact]
    public async Task An_address_that_is_closed_closes_no_other()
    {
        for (int i = 0; i < 10; i++)
            await _scene.PostAsync("init", authorization: KmsScene.Basic("u-alice", $"guess {i}"));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await _scene.PostAsync("init")).Status);
        using HttpClient other = _scene.ClientFrom(IPAddress.Parse("127.0.0.2"));
        var request = new HttpRequestMessage(HttpMethod.Post, KmsScene.Root + "init");
        KmsScene.Authorise(request, KmsScene.Basic("u-alice", "secret of alice"));
        using HttpResponseMessage response = await other.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_user_who_asks_for_keys_too_often_waits_and_others_do_not()
    {
        for (int i = 0; i < 12; i++)
            Assert.Equal(HttpStatusCode.NotFound, (await _scene.PostAsync($"keyprov/{Uri.EscapeDataString(KmsScene.Alice)}/0000000000000000")).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await _scene.PostAsync("keyprov")).Status);
        await _scene.AskAsync<KmsMessage.Init>("init");
        await _scene.AskAsync<KmsMessage.KeyProvision>("keyprov", user: "bob");
        _scene.Time.Advance(TimeSpan.FromMinutes(1));
        await _scene.AskAsync<KmsMessage.KeyProvision>("keyprov");
    }

    [Fact]
    public async Task The_certificate_made_is_the_one_presented()
    {
        await _scene.AskAsync<KmsMessage.Init>("init");
        using var file = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_folder.File("kms/tls.crt"), TestContext.Current.CancellationToken));
        Assert.Equal(file.RawData, _scene.PresentedCertificate);
        Assert.True(file.MatchesHostname("127.0.0.1") && file.MatchesHostname("kms.mcx.example"));
    }

    [Fact]
    public async Task One_address_cannot_hold_every_connection()
    {
        var held = new List<TcpClient>();
        try
        {
            for (int i = 0; i < 40; i++)
            {
                held.Add(new TcpClient());
                await held[^1].ConnectAsync(IPAddress.Loopback, _scene.Host.Url.Port, TestContext.Current.CancellationToken);
            }
            // One beyond the limit is closed without a word.
            Assert.Equal(0, await held[^1].GetStream().ReadAsync(new byte[1], TestContext.Current.CancellationToken));
            using HttpClient other = _scene.ClientFrom(IPAddress.Parse("127.0.0.2"));
            using HttpResponseMessage response = await other.PostAsync(KmsScene.Root + "init", null, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
        finally
        {
            held.ForEach(client => client.Dispose());
        }
    }

    [Fact]
    public async Task Without_TLS_nothing_is_answered()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _scene.Host.Url.Port, TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /{KmsScene.Root}init HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), TestContext.Current.CancellationToken);
        byte[] answer = new byte[64];
        int length;
        try
        {
            length = await stream.ReadAsync(answer, TestContext.Current.CancellationToken);
        }
        catch (IOException)
        {
            length = 0;
        }
        Assert.False(Encoding.ASCII.GetString(answer, 0, length).StartsWith("HTTP", StringComparison.Ordinal));
    }

    private static void AssertUsable(KmsCertificate certificate, ReceivedKeySet received, string user)
    {
        using (received)
        {
            Assert.Equal(user, received.UserUri);
            Assert.Equal(UserKeySetOutcome.Ok, UserKeySet.Receive(certificate, received, out UserKeySet? keys));
            keys!.Dispose();
        }
    }

    private static string Ntp(DateTimeOffset time) => NtpTimestamp.FromUtc(time).Value.ToString("X16", System.Globalization.CultureInfo.InvariantCulture);
}
