using MediaEngine.Floor;
using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>
/// A re-INVITE that makes a group call an emergency or imminent peril call, or a normal one again (TS 24.379 10.1.1.4.7,
/// 10.1.1.4.8), and may be a floor request too (TS 24.380 6.3.5.3.9); or a re-INVITE or UPDATE that only refreshes the session. The
/// other members learn a change from floor control.
/// </summary>
internal sealed class CallUpgrade(McContext context, SessionHeaders headers)
{
    public void Handle(SipTransactionId transaction, SipRequest request, CallLeg leg, McUser user, Instant now, McxEffects effects)
    {
        if (!RequestBodies.TryRead(request, out RequestBodies bodies, out string reason))
        {
            context.RefuseMalformed(transaction, request, user.McpttId, reason, effects);
            return;
        }
        // A leg's media does not change while it is up.
        if (bodies.Description is not { } offer || !CallSession.IsSameMedia(leg, offer))
        {
            context.Respond(transaction, request, 488, effects);
            return;
        }
        if (request.Method == SipMethods.Update || CallKind.CallTypeOf(bodies.Info) is not { } callType)
        {
            Answer(transaction, request, leg, offer, implicitRequest: false, now, effects);
            return;
        }
        // Who may begin it may end it.
        FloorIndicator right = callType == FloorIndicator.Normal ? leg.Call.CallType : callType;
        if (!CallKind.MayCall(user, right))
        {
            Refuse(transaction, request, leg, $"may not begin or end {right} calls", effects);
            return;
        }
        bool implicitRequest = callType != FloorIndicator.Normal && FloorNegotiation.AsksForFloor(offer);
        Apply(leg.Call, callType, user, effects);
        Answer(transaction, request, leg, offer, implicitRequest, now, effects);
        if (implicitRequest && leg.InMedia)
            effects.Submit(new MediaEffect.RequestFloor(leg.Call.Number, leg.Number, callType));
    }

    /// <summary>From now on the call is of this type.</summary>
    public static void Apply(GroupCall call, FloorIndicator callType, McUser by, McxEffects effects)
    {
        if (call.CallType == callType)
            return;
        call.CallType = callType;
        effects.Log("call-type-changed", call.GroupId, $"{callType}, by {by.McpttId}");
        effects.Submit(new MediaEffect.SetFloorPolicy(call.Number, call.FloorPolicy));
    }

    // The refusal tells what holds (TS 24.379 6.3.3.1.13.6).
    private void Refuse(SipTransactionId transaction, SipRequest request, CallLeg leg, string detail, McxEffects effects)
    {
        SipResponse response = context.Refusal(request, McxWarning.FunctionNotAllowed(CallKind.UserAuthorisation), leg.User.McpttId, detail, effects);
        var info = new McpttInfo
        {
            EmergencyIndication = leg.Call.CallType == FloorIndicator.Emergency,
            ImminentPerilIndication = leg.Call.CallType == FloorIndicator.ImminentPeril,
        };
        McContext.SetBody(response, new MimePart(ContentTypes.McpttInfo, info.Serialise()));
        effects.Respond(transaction, response);
    }

    private void Answer(
        SipTransactionId transaction, SipRequest request, CallLeg leg, SessionDescription offer, bool implicitRequest, Instant now, McxEffects effects)
    {
        GroupCall call = leg.Call;
        SipResponse ok = SipResponse.For(request, 200);
        headers.Succeed(leg, request, ok, now);
        ok.Headers.Add("P-Asserted-Identity", $"<{context.Options.ServerUri}>");
        SessionDescription answer = CallSession.Answer(
            leg, offer, context.Options.MediaAddressesOf(call.Number), implicitRequest, granted: false);
        McpttInfo info = CallKind.Describe(call, new McpttInfo { SessionType = "prearranged", CallingGroupId = call.GroupId });
        McContext.SetBody(ok, new MimePart(ContentTypes.Sdp, answer.Serialise()), new MimePart(ContentTypes.McpttInfo, info.Serialise()));
        effects.Respond(transaction, ok);
    }
}
