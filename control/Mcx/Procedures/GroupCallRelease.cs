using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>Ending legs and calls (TS 24.379 6.3.8.1 and 10.1.1.4.4): BYE, CANCEL, de-affiliation, inactivity.</summary>
internal sealed class GroupCallRelease(McContext context)
{
    /// <summary>A client hung up.</summary>
    public void HandleBye(SipTransactionId transaction, SipRequest request, CallLeg leg, McxEffects effects)
    {
        context.Respond(transaction, request, 200, effects);
        effects.Log("call-member-left", leg.Call.GroupId, leg.User.McpttId);
        End(leg, effects);
        ReleaseWithout(leg, leg.Call.IsBroadcast || leg.Call.Configuration.ReleaseWhenInitiatorLeaves, effects);
    }

    /// <summary>The caller gave up before the call was answered.</summary>
    public void HandleCancel(CallLeg leg, McxEffects effects)
    {
        if (leg.UnansweredInvite is null)
            return;
        effects.Log("call-cancelled", leg.Call.GroupId, leg.User.McpttId);
        Abandon(leg.Call, 487, "the caller cancelled", effects);
    }

    /// <summary>The client may no longer take part: its leg ends, the others stay.</summary>
    public void Leave(string groupId, string mcpttId, string clientId, string why, McxEffects effects)
    {
        if (!context.State.CallsByGroup.TryGetValue(groupId, out GroupCall? call) || call.LegOf(mcpttId, clientId) is not { } leg)
            return;
        effects.Log("call-member-removed", groupId, $"{leg.User.McpttId}: {why}");
        Drop(leg, effects);
        ReleaseWithout(leg, call.IsBroadcast, effects);
    }

    /// <summary>Releases the call for everybody.</summary>
    public void Release(GroupCall call, string why, McxEffects effects)
    {
        if (call.Released)
            return;
        call.Released = true;
        effects.Log("call-released", call.GroupId, why);
        foreach (CallLeg leg in call.Legs.ToArray())
            Drop(leg, effects);
        context.State.CallsByGroup.Remove(call.GroupId);
        context.State.CallsByNumber.Remove(call.Number);
        context.MulticastPool.Return(call.Subchannel?.Media.Address);
        effects.Submit(new MediaEffect.CloseCall(call.Number));
    }

    /// <summary>The call never came up: the caller gets <paramref name="status"/>, invited members are cancelled.</summary>
    public void Abandon(GroupCall call, int status, string why, McxEffects effects)
    {
        foreach (CallLeg leg in call.Legs.Where(leg => leg.UnansweredInvite is not null).ToArray())
            Answer(leg, status, effects);
        Release(call, why, effects);
    }

    /// <summary>Ends one leg from this side: BYE, CANCEL or a refusal, whatever its state asks for.</summary>
    public void Drop(CallLeg leg, McxEffects effects)
    {
        if (leg.UnansweredInvite is not null)
            Answer(leg, 480, effects);
        else if (leg.State == CallLegState.Established)
            SendBye(leg, leg.Dialog!, effects);
        else if (leg.InviteToken is { } token)
            effects.Cancel(token);
        End(leg, effects);
    }

    public void SendBye(CallLeg leg, SipDialog dialog, McxEffects effects)
    {
        SipRequest bye = dialog.CreateRequest("BYE");
        bye.Headers.Add("P-Asserted-Identity", $"<{context.Options.ServerUri}>");
        long token = context.Track(new Bye(leg));
        effects.Send(token, bye, leg.Destination);
    }

    private void Answer(CallLeg leg, int status, McxEffects effects)
    {
        (SipTransactionId transaction, SipRequest request) = leg.UnansweredInvite!.Value;
        leg.UnansweredInvite = null;
        context.State.LegsByInvite.Remove(transaction);
        context.Respond(transaction, request, status, effects);
    }

    private void End(CallLeg leg, McxEffects effects)
    {
        leg.State = CallLegState.Ended;
        leg.Call.Remove(leg);
        context.SessionDeadlines.Remove(leg);
        if (leg.Dialog is not null)
            context.State.LegsByDialog.Remove(leg.Dialog.Id);
        if (leg.InMedia && !leg.Call.Released)
            effects.Submit(new MediaEffect.RemoveLeg(leg.Call.Number, leg.Number));
        leg.InMedia = false;
    }

    // A call needs two: with one participant left nobody could hear (TS 24.379 6.3.8.1), and in a broadcast only one may talk.
    private void ReleaseWithout(CallLeg gone, bool needsInitiator, McxEffects effects)
    {
        GroupCall call = gone.Call;
        if (gone == call.Initiator && needsInitiator)
            Release(call, "who started it left", effects);
        else if (call.Legs.Count <= 1)
            Release(call, "at most one participant is left", effects);
    }

    private sealed class Bye(CallLeg leg) : PendingRequest
    {
        public override void Receive(SipResponse response, Instant now, McxEffects effects)
        {
        }

        public override void Fail(string reason, Instant now, McxEffects effects) =>
            effects.Warn("bye-unanswered", leg.Call.GroupId, $"{leg.User.McpttId}: {reason}");
    }
}
