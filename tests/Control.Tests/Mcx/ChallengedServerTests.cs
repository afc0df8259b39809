using MediaEngine.Mcx;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

/// <summary>
/// A client that answers the server's own requests with a challenge gets no credentials, of no realm (CVE-2021-41158): the server
/// has none to give, and takes the answer for a refusal.
/// </summary>
public sealed class ChallengedServerTests
{
    private readonly McSystemHarness _mcx = new();

    public static TheoryData<int, string, string> Challenges() => new(
        from challenge in ((int, string)[])[(401, "WWW-Authenticate"), (407, "Proxy-Authenticate")]
        from realm in (string[])["mcx.example", "evil.example"]
        select (challenge.Item1, challenge.Item2, realm));

    [Theory]
    [MemberData(nameof(Challenges))]
    public void An_invite_a_bye_and_a_message_are_not_sent_again_with_credentials(int status, string header, string realm)
    {
        foreach (string name in (string[])["alice", "bob", "erin", "dispatcher"])
            _mcx.Register(name);
        foreach (string name in (string[])["alice", "bob", "erin"])
            _mcx.Affiliate(name, TestOrganisation.Fire);
        Assert.Null(_mcx.Call("alice", TestOrganisation.Fire));
        Challenge("erin");
        _mcx.Answer("bob");
        SipDialog dialog = _mcx.Acknowledge();
        _mcx.Send("alice", dialog.CreateRequest(SipMethods.Bye));
        Assert.Contains("server → bob: BYE", _mcx.Ladder);
        Challenge("bob");
        _mcx.Regroup("dispatcher", new RegroupBody
        {
            Action = RegroupAction.Create,
            PreconfiguredGroup = TestOrganisation.Preconfigured,
            RegroupUri = "sip:regroup-9@mcx.example",
            Groups = [TestOrganisation.Fire],
        });
        Challenge("alice");

        Assert.Equal(0, _mcx.System.CallCount);
        Assert.DoesNotContain(_mcx.Unanswered, sent => sent.To == "alice");

        void Challenge(string name)
        {
            _mcx.Ladder.Clear();
            foreach ((long token, _, SipRequest request) in _mcx.Unanswered.Where(sent => sent.To == name).ToArray())
            {
                var response = SipResponse.For(request, status, toTag: "tag-" + name);
                response.Headers.Add(header, $"Digest realm=\"{realm}\", nonce=\"n\", algorithm=SHA-256, qop=\"auth\"");
                _mcx.Take(token, response);
            }
            Assert.NotEmpty(_mcx.Ladder);
            Assert.DoesNotContain(_mcx.Ladder, line => line.StartsWith($"server → {name}: ", StringComparison.Ordinal) && !line.EndsWith("ACK", StringComparison.Ordinal));
        }
    }
}
