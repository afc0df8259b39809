using MediaEngine.Rtp;
using MediaEngine.Sip;

namespace MediaEngine.Mcx;

/// <summary>An authorised user asks the GMS for new keys of a group. Repeating the request while one is to come does nothing.</summary>
internal sealed class KeyRotationRequest(McContext context, GroupKeyManagement keys)
{
    public void Handle(SipTransactionId transaction, SipRequest request, McUser user, KeyRotationBody body, Instant now, McxEffects effects)
    {
        if (!user.MayManageKeys)
        {
            context.Refuse(transaction, request, McxWarning.ServiceAuthorisationFailed, user.McpttId, "may not manage keys", effects);
            return;
        }
        if (context.Organisation.Group(body.Group) is null)
        {
            context.Refuse(transaction, request, McxWarning.GroupDocumentMissing, user.McpttId, $"there is no group {body.Group}", effects);
            return;
        }
        IReadOnlyList<GroupKeyRing> rings = keys.Find(body.Group);
        if (rings.Count == 0)
        {
            context.Refuse(transaction, request, 403, "the GMK of this group is configured, not managed", user.McpttId, effects);
            return;
        }
        bool rotated = false;
        foreach (GroupKeyRing ring in rings)
            rotated |= keys.TryRotate(ring, now, effects);
        context.Respond(transaction, request, 200, effects);
        effects.Log(rotated ? "group-key-rotated" : "group-key-rotation-under-way", rings[0].Group.Id, $"asked for by {user.McpttId}");
    }
}
