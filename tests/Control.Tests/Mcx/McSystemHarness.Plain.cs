using System.Text;
using MediaEngine.Mcx;
using MediaEngine.Sip;
using Xunit;

namespace MediaEngine.Control.Tests.Mcx;

// The messages of a telephone that knows nothing of MCPTT.
internal sealed partial class McSystemHarness
{
    /// <summary>Registers with nothing but a Contact; every challenge of that algorithm is answered.</summary>
    public SipResponse RegisterPlain(string name, int expires = 3600, DigestAlgorithm algorithm = DigestAlgorithm.Md5)
    {
        SipRequest Make()
        {
            SipRequest request = NewRequest(name, SipMethods.Register, $"sip:{TestOrganisation.Domain}", $"sip:u-{name}@{TestOrganisation.Domain}");
            request.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>;expires={expires}");
            return request;
        }

        SipResponse challenge = Send(name, Make());
        Assert.Equal(401, challenge.Status);
        SipRequest request = Make();
        AddCredentials(request, name,
            challenge.Headers.GetAll("WWW-Authenticate").Where(value => value.Contains("MD5", StringComparison.Ordinal) == (algorithm == DigestAlgorithm.Md5)));
        return Send(name, request);
    }

    /// <summary>A telephone calls the group by its identity; null while it is unanswered.</summary>
    public SipResponse? CallPlain(string name, string group, string? sdp)
    {
        SipRequest request = NewRequest(name, SipMethods.Invite, group, group);
        request.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>");
        if (sdp is not null)
            request.SetBody(ContentTypes.Sdp, Encoding.ASCII.GetBytes(sdp));
        PendingInvite = (name, request, new SipTransactionId(++_lastTransaction));
        return Deliver(name, request, PendingInvite.Value.Transaction);
    }

    /// <summary>A request of a telephone within its dialog.</summary>
    public SipResponse SendWithin(string name, SipDialog dialog, string method, string? sdp = null)
    {
        SipRequest request = dialog.CreateRequest(method);
        request.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>");
        if (sdp is not null)
            request.SetBody(ContentTypes.Sdp, Encoding.ASCII.GetBytes(sdp));
        return Send(name, request);
    }

    /// <summary>The telephone answers its INVITE.</summary>
    public SipDialog AnswerPlain(string name, string sdp)
    {
        (long token, _, SipRequest invite) = Unanswered.Single(sent => sent.To == name && sent.Request.Method == SipMethods.Invite);
        var response = SipResponse.For(invite, 200, toTag: $"tag-{name}");
        response.Headers.Add("Contact", $"<sip:u-{name}@192.0.2.{HostOf(name)}:5060>");
        response.SetBody(ContentTypes.Sdp, Encoding.ASCII.GetBytes(sdp));
        _sent.Remove(token);
        Ladder.Add($"{name} → server: 200 INVITE");
        Run((system, effects) => system.ReceiveResponse(token, response, Now, effects));
        return SipDialog.FromServer(invite, response);
    }
}
