using System.Net;
using MediaEngine.Keys;
using MediaEngine.Mcx;
using MediaEngine.Server;
using MediaEngine.Sip;

namespace MediaEngine.Tool;

/// <summary>What the server asks of the client.</summary>
public sealed partial class McxEndpoint
{
    private async Task ReceiveAsync()
    {
        await foreach (ArrivedRequest arrived in _sip.Arrived.ReadAllAsync().ConfigureAwait(false))
        {
            SipResponse? response = Handle(arrived);
            if (response is not null && arrived.Transaction.Value != 0)
                _sip.Respond(arrived.Transaction, response);
        }
    }

    private SipResponse? Handle(in ArrivedRequest arrived)
    {
        SipRequest request = arrived.Request;
        // One server speaks to a client, and this stack trusts no one else.
        if (!Plain(arrived.Flow.Remote.Address).Equals(Plain(Profile.Server.Address)))
            return Answer(request, 403);
        switch (request.Method)
        {
            case SipMethods.Invite:
                return request.To?.Tag is null ? AnswerInvite(arrived) : AnswerChange(request);
            case SipMethods.Update:
                return AnswerChange(request);
            case SipMethods.Bye:
                return AnswerBye(request);
            case SipMethods.Notify:
                return AnswerNotify(request);
            case SipMethods.Message:
                return AnswerMessage(arrived);
            case SipMethods.Options:
                SipResponse options = Answer(request, 200);
                options.Headers.Add("Allow", ClientRequests.Allow);
                return options;
            // The INVITE was answered when it came: an ACK changes nothing and a CANCEL comes too late.
            case SipMethods.Ack or SipMethods.Cancel:
                return null;
            default:
                SipResponse notAllowed = Answer(request, 405);
                notAllowed.Headers.Add("Allow", ClientRequests.Allow);
                return notAllowed;
        }
    }

    private SipResponse? AnswerInvite(in ArrivedRequest arrived)
    {
        SipRequest invite = arrived.Request;
        if (SessionTimer.Refusal(invite, _options.SessionTimer) is { } tooShort)
            return tooShort;
        McpttInfo info = PartOf(invite, ContentTypes.McpttInfo) is { } part && McpttInfo.TryParse(part.Body, out McpttInfo read, out _)
            ? read
            : new McpttInfo();
        string group = info.CallingGroupId ?? string.Empty;
        bool broadcast = info.BroadcastIndication == true;
        SipResponse Refuse(int status, string reason)
        {
            _hub.Publish(new Invited(group, info.CallingUserId, broadcast, Accepted: false, reason));
            return Answer(invite, status);
        }
        if (DescriptionOf(invite) is not { } offer)
            return Refuse(488, "no session description");
        if (group.Length == 0)
            return Refuse(403, "the invitation names no group (mcptt-calling-group-id)");
        if (!_options.AutoAnswer)
            return Refuse(480, "automatic answer is off");
        if (CallKeysFor(group) is not { } keys)
            return Refuse(480, NoKey(group));
        var events = new CallMediaEvents(group, _hub.Publish, burst => _bursts.Write(group, burst));
        CallMedia? media = null;
        try
        {
            media = OpenMedia(keys, events);
            if (!CallDescriptions.TryAnswer(offer, media, _options, out SessionDescription answer, out AgreedMedia agreed, out string reason))
            {
                media.Dispose();
                return Refuse(488, reason);
            }
            SipResponse accept = _requests.Accept(invite, answer);
            var session = SipSession.Accept(
                invite, accept, _options.SessionTimer with { RefreshesWhenCalled = true }, SystemEntropy.Instance, SystemClock.Now);
            var call = new McxCall(this, group, outgoing: false, events, media, session, answer, agreed);
            _hub.Publish(new Invited(group, info.CallingUserId, broadcast, Accepted: true, null));
            Open(call, media);
            return accept;
        }
        catch (ToolException e)
        {
            media?.Dispose();
            return Refuse(480, e.Message);
        }
    }

    // What was agreed stays: only the session is refreshed.
    private SipResponse AnswerChange(SipRequest request) => _calls.TryGetValue(SipDialog.IdOf(request), out McxCall? call)
        ? call.Session.Take(request, () => _requests.Refreshed(request, request.Body.Length > 0 ? call.Described : null))
        : Answer(request, 481);

    private SipResponse AnswerBye(SipRequest request)
    {
        if (!_calls.TryGetValue(SipDialog.IdOf(request), out McxCall? call))
            return Answer(request, 481);
        call.Finish(byPeer: true, request.Headers.Get("Reason"));
        return Answer(request, 200);
    }

    private SipResponse? AnswerMessage(in ArrivedRequest arrived)
    {
        SipRequest request = arrived.Request;
        if (PartOf(request, ContentTypes.MbmsUsageInfo) is { } announcement)
            return AnswerAnnouncement(arrived, announcement);
        if (PartOf(request, ContentTypes.Mikey) is { } keyMessage)
            return AnswerKeyMessage(arrived, keyMessage);
        if (PartOf(request, ContentTypes.McpttRegroup) is not { } part)
            return Unsupported(request);
        RegroupBodyOutcome outcome = RegroupBody.TryParse(part.Body, out RegroupBody body, out string reason);
        if (outcome != RegroupBodyOutcome.Ok || McIdentity.Normalise(body.RegroupUri) is not { } id)
        {
            _hub.Publish(new EndpointWarning($"a regroup notice cannot be read: {reason}"));
            return Answer(request, outcome == RegroupBodyOutcome.NotXml ? 400 : 403);
        }
        if (body.Action == RegroupAction.Create)
            _regroups[id] = new KnownRegroup(body.RegroupUri, body.PreconfiguredGroup!, body.Groups, body.Users);
        else
            _regroups.TryRemove(id, out _);
        _hub.Publish(new RegroupNotified(body.Action, body.RegroupUri, body.PreconfiguredGroup, body.Groups, body.Users));
        return Answer(request, 200);
    }

    private static SipResponse Answer(SipRequest request, int status) =>
        SipResponse.For(request, status, toTag: SystemEntropy.Instance.NextToken());

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
