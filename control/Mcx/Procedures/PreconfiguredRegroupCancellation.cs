using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>Preconfigured regroup cancellation within one MC system (TS 23.280 10.15.3.2.3, TS 24.379 16.2.3.2).</summary>
internal sealed class PreconfiguredRegroupCancellation(McContext context, RegroupNotification notification, GroupCallRelease callRelease)
{
    public void Handle(SipTransactionId transaction, SipRequest request, McUser requester, RegroupBody body, Instant now, McxEffects effects)
    {
        string? regroupId = McIdentity.Normalise(body.RegroupUri);
        PreconfiguredRegroup? regroup = regroupId is null ? null : context.State.Regroups.GetValueOrDefault(regroupId);
        if (!requester.AllowRegroup && regroup?.Owner != requester.McpttId)
        {
            context.Refuse(transaction, request, McxWarning.RegroupRemovalNotAuthorised, requester.McpttId,
                $"regroup {body.RegroupUri}: neither its owner nor allow-regroup", effects);
            return;
        }
        if (regroup is null)
        {
            context.Refuse(transaction, request, McxWarning.GroupDoesNotExist, requester.McpttId,
                $"no regroup {body.RegroupUri} is in effect", effects);
            return;
        }
        context.State.RemoveRegroup(regroup);
        effects.Delete<PreconfiguredRegroup>(regroup.Id);
        effects.Log("regroup-cancelled", regroup.Id, $"by {requester.McpttId}");
        context.Respond(transaction, request, 200, effects);
        // No clause says what becomes of a running call; without its group it could neither be joined nor keyed anew.
        if (context.State.CallsByGroup.TryGetValue(regroup.Id, out GroupCall? call))
            callRelease.Release(call, "regroup cancelled", effects);
        foreach (RegroupMember member in regroup.Members)
            notification.NotifyCancelled(regroup, member, effects);
    }
}
