using MediaEngine.Rtp;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Sip;

public sealed class SipDigestTests
{
    private const string Realm = "mc.example.org";
    private static readonly byte[] Key = new byte[32];

    /// <summary>RFC 7616 3.9.1.</summary>
    [Theory]
    [InlineData(DigestAlgorithm.Md5, "8ca523f5e9506fed4657c9700eebdbec")]
    [InlineData(DigestAlgorithm.Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1")]
    public void Published_example(DigestAlgorithm algorithm, string expected)
    {
        string hash = DigestCalculator.HashA1(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life");
        Assert.Equal(expected, DigestCalculator.Response(algorithm, hash, "GET", "/dir/index.html",
            "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "00000001", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"));
    }

    [Fact]
    public void The_published_challenge_gets_the_published_answer()
    {
        const string common = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", ";
        const string tail = "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        string? answer = DigestClient.Answer(
            ["Digest " + common + "algorithm=SHA-512-256, " + tail, "Digest " + common + "algorithm=SHA-256, " + tail, "Digest " + common + "algorithm=MD5, " + tail],
            "http-auth@example.org", "Mufasa", a => DigestCalculator.HashA1(a, "Mufasa", "http-auth@example.org", "Circle of Life"),
            "GET", "/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
        Assert.NotNull(answer);
        Assert.Contains("response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"", answer, StringComparison.Ordinal);
        Assert.Contains("opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Credentials_are_never_given_to_another_realm() => Assert.Null(DigestClient.Answer(
        ["Digest realm=\"evil.example.org\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256"], Realm, "alice", _ => "00", "BYE", "sip:x@y", "c"));

    [Fact]
    public void The_right_password_is_accepted_once_per_nonce_count()
    {
        using DigestAuthentication server = Server();
        string challenge = Assert.Single(server.Challenge(1000));
        Assert.Equal(DigestOutcome.Ok, Verify(server, challenge, 1010, 1, out string? user));
        Assert.Equal("alice", user);
        Assert.Equal(DigestOutcome.Replayed, Verify(server, challenge, 1011, 1, out user));
        Assert.Null(user);
        Assert.Equal(DigestOutcome.Ok, Verify(server, challenge, 1011, 5, out _));
        Assert.Equal(DigestOutcome.Ok, Verify(server, challenge, 1011, 3, out _));
        Assert.Equal(DigestOutcome.Replayed, Verify(server, challenge, 1011, 3, out _));
        Assert.Equal(DigestOutcome.Ok, Verify(server, challenge, 1011, 500, out _));
        Assert.Equal(DigestOutcome.Replayed, Verify(server, challenge, 1011, 6, out _));
    }

    [Fact]
    public void Old_foreign_and_altered_nonces_are_stale()
    {
        using DigestAuthentication server = Server(), other = new(Realm, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 }, new Counting());
        Assert.Equal(DigestOutcome.Stale, Verify(server, server.Challenge(1000)[0], 1301, 1, out _));
        Assert.Equal(DigestOutcome.Stale, Verify(server, other.Challenge(1000)[0], 1001, 1, out _));
        Assert.Equal(DigestOutcome.Stale, Verify(server, server.Challenge(5000)[0], 1000, 1, out _));
        Assert.True(DigestClient.IsStale(server.Challenge(1000, stale: true)[0]));

        using DigestAuthentication ofAnotherRealm = new("other.example.org", Key, new Counting());
        string foreign = ofAnotherRealm.Challenge(1000)[0].Replace("other.example.org", Realm, StringComparison.Ordinal);
        Assert.Equal(DigestOutcome.Stale, Verify(server, foreign, 1001, 1, out _));

        string challenge = server.Challenge(1000)[0];
        int start = challenge.IndexOf("nonce=\"", StringComparison.Ordinal) + "nonce=\"".Length;
        for (int at = start; challenge[at] != '"'; at++)
            Assert.Equal(DigestOutcome.Stale, Verify(server, challenge.Remove(at, 1).Insert(at, challenge[at] == '0' ? "1" : "0"), 1001, 1, out _));
        Assert.Equal(DigestOutcome.Ok, Verify(server, challenge, 1001, 1, out _));
    }

    [Fact]
    public void Unknown_users_and_wrong_passwords_look_the_same()
    {
        using DigestAuthentication server = Server();
        string challenge = server.Challenge(1000)[0];
        Assert.Equal(DigestOutcome.Rejected, Verify(server, challenge, 1001, 1, out _, password: "wrong"));
        Assert.Equal(DigestOutcome.Rejected, Verify(server, challenge, 1001, 1, out _, name: "mallory"));
        // A refused attempt spends no nonce count.
        Assert.Equal(DigestOutcome.Ok, Verify(server, challenge, 1001, 1, out _));
    }

    [Fact]
    public void Forgetting_a_nonce_never_lets_a_replay_through()
    {
        using DigestAuthentication server = Server(new DigestOptions { MaxTrackedNonces = 2 });
        string[] challenges = [.. Enumerable.Range(0, 4).Select(i => server.Challenge(1000 + i)[0])];
        foreach (string challenge in challenges)
            Assert.Equal(DigestOutcome.Ok, Verify(server, challenge, 1010, 1, out _));
        Assert.Equal(DigestOutcome.Stale, Verify(server, challenges[0], 1010, 1, out _));
        Assert.Equal(DigestOutcome.Stale, Verify(server, challenges[1], 1010, 1, out _));
        Assert.Equal(DigestOutcome.Replayed, Verify(server, challenges[3], 1010, 1, out _));
    }

    [Fact]
    public void Md5_is_offered_last_and_only_when_allowed()
    {
        using DigestAuthentication strict = Server(), legacy = Server(new DigestOptions { AllowMd5 = true, Proxy = true });
        Assert.Contains("algorithm=SHA-256", Assert.Single(strict.Challenge(1)), StringComparison.Ordinal);
        Assert.Equal(2, legacy.Challenge(1).Count);
        Assert.Contains("algorithm=MD5", legacy.Challenge(1)[1], StringComparison.Ordinal);
        Assert.Equal(407, legacy.ChallengeResponse(SipText.Request(SipText.Minimal("REGISTER", "Content-Length: 0\n\n")), 1).Status);
        string md5 = strict.Challenge(1000)[0].Replace("SHA-256", "MD5", StringComparison.Ordinal);
        Assert.Equal(DigestOutcome.Malformed, Verify(strict, md5, 1001, 1, out _));
    }

    [Theory]
    [InlineData("NoOneKnowsThisScheme opaque-data=here", DigestOutcome.Missing)]
    [InlineData("Digest realm=\"other\", username=\"a\"", DigestOutcome.Missing)]
    [InlineData("Digest realm=\"mc.example.org\", username=\"a\"", DigestOutcome.Malformed)]
    [InlineData("Digest realm=\"mc.example.org\", realm=\"mc.example.org\"", DigestOutcome.Malformed)]
    [InlineData("Digest realm=\"mc.example.org", DigestOutcome.Malformed)]
    [InlineData("Digest ,,,", DigestOutcome.Malformed)]
    public void Odd_credentials_are_told_apart(string value, DigestOutcome expected)
    {
        using DigestAuthentication server = Server();
        SipRequest request = SipText.Request(SipText.Minimal("REGISTER", $"Authorization: {value}\nContent-Length: 0\n\n"));
        Assert.Equal(expected, server.Verify(request, 1000, (_, _, _) => true, out _));
    }

    [Fact]
    public void Of_several_credentials_those_that_are_right_count()
    {
        using DigestAuthentication server = Server();
        string challenge = server.Challenge(1000)[0];
        SipRequest request = Answered(challenge.Replace("SHA-256", "MD5", StringComparison.Ordinal), "secret", 1);
        Assert.Equal(DigestOutcome.Malformed, server.Verify(request, 1001, Secrets, out _));
        AddAnswer(request, challenge, "wrong", 2);
        Assert.Equal(DigestOutcome.Rejected, server.Verify(request, 1001, Secrets, out _));
        AddAnswer(request, challenge.Replace(Realm, "another.example", StringComparison.Ordinal), "secret", 3, realm: "another.example");
        AddAnswer(request, challenge, "secret", 4);
        Assert.Equal(DigestOutcome.Ok, server.Verify(request, 1001, Secrets, out string? user));
        Assert.Equal("alice", user);
    }

    [Fact]
    public void No_more_than_four_credentials_are_tried()
    {
        using DigestAuthentication server = Server();
        string challenge = server.Challenge(1000)[0];
        SipRequest request = Answered(challenge, "wrong", 1);
        for (uint count = 2; count <= 4; count++)
            AddAnswer(request, challenge, "wrong", count);
        AddAnswer(request, challenge, "secret", 5);
        Assert.Equal(DigestOutcome.Rejected, server.Verify(request, 1001, Secrets, out _));
    }

    [Theory]
    [InlineData("username*=UTF-8''j%C3%A4ger", DigestOutcome.Ok)]
    [InlineData("username*=utf-8'de'j%c3%a4ger", DigestOutcome.Ok)]
    [InlineData("username=\"j\u00e4ger\"", DigestOutcome.Ok)]
    [InlineData("username=\"j\\\u00e4ger\", userhash=false", DigestOutcome.Ok)]
    [InlineData("username=\"j\u00e4ger\", username*=UTF-8''j%C3%A4ger", DigestOutcome.Malformed)]
    [InlineData("username*=ISO-8859-1''j%E4ger", DigestOutcome.Malformed)]
    [InlineData("username*=UTF-8'j%C3%A4ger", DigestOutcome.Malformed)]
    [InlineData("username*=UTF-8''", DigestOutcome.Malformed)]
    [InlineData("username=\"488869477bf257147b804c45308cd62ac4e25eb717b12b298c79e62dcea254ec\", userhash=true", DigestOutcome.Rejected)]
    public void Names_may_be_extended_but_not_hashed(string name, DigestOutcome expected)
    {
        using DigestAuthentication server = Server();
        SipRequest request = Answered(server.Challenge(1000)[0], "secret", 1, "j\u00e4ger");
        request.Headers.Set("Authorization", request.Headers.Get("Authorization")!.Replace("username=\"j\u00e4ger\"", name, StringComparison.Ordinal));
        Assert.Equal(expected, server.Verify(request, 1001, Secrets, out string? user));
        Assert.Equal(expected == DigestOutcome.Ok ? "j\u00e4ger" : null, user);
    }

    [Fact]
    public void Credentials_are_checked_without_strings_but_the_users_name()
    {
        using DigestAuthentication server = Server();
        string challenge = server.Challenge(1000)[0];
        SipRequest[] requests = [.. Enumerable.Range(1, 200).Select(count => Answered(challenge, "secret", (uint)count))];
        foreach (SipRequest request in requests.Take(100))
            Assert.Equal(DigestOutcome.Ok, server.Verify(request, 1001, Secrets, out _));
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (SipRequest request in requests.Skip(100))
            server.Verify(request, 1001, Secrets, out _);
        // The list of header values, and the name.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 1, 200);
    }

    private static SipRequest Answered(string challenge, string password, uint count, string name = "alice")
    {
        SipRequest request = SipText.Request(SipText.Minimal("REGISTER", "Content-Length: 0\n\n"));
        AddAnswer(request, challenge, password, count, name);
        return request;
    }

    private static void AddAnswer(SipRequest request, string challenge, string password, uint count, string name = "alice", string realm = Realm) =>
        request.Headers.Add("Authorization", DigestClient.Answer([challenge], realm, name, a => DigestCalculator.HashA1(a, name, realm, password),
            request.Method, request.RequestUri, "client", count)!);

    private static DigestAuthentication Server(DigestOptions? options = null) => new(Realm, Key, new Counting(), options);

    private static DigestOutcome Verify(DigestAuthentication server, string challenge, long now, uint count, out string? user,
        string password = "secret", string name = "alice") =>
        server.Verify(Answered(challenge, password, count, name), now, Secrets, out user);

    private static bool Secrets(ReadOnlySpan<char> user, DigestAlgorithm algorithm, Span<byte> hashA1)
    {
        DigestCalculator.HashA1(algorithm, user, Realm, "secret", hashA1);
        return user is "alice" or "j\u00e4ger";
    }

    private sealed class Counting : IEntropy
    {
        private byte _next;

        public void Fill(Span<byte> destination) => destination.Fill(++_next);
    }
}
