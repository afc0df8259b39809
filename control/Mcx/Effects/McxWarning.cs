namespace MediaEngine.Mcx;

/// <summary>A refusal of TS 24.379 4.4.2: the SIP status it goes with, the warning code and its text.</summary>
public sealed record McxWarning(int Status, int Code, string Text)
{
    public static readonly McxWarning ServiceAuthorisationFailed = new(403, 101, "service authorisation failed");
    public static readonly McxWarning TooManyAffiliations = new(486, 102, "too many simultaneous affiliations");
    public static readonly McxWarning GroupDocumentMissing = new(404, 113, "group document does not exist");
    public static readonly McxWarning GroupDisabled = new(403, 115, "group is disabled");
    public static readonly McxWarning NotGroupMember = new(403, 116, "user is not part of the MCPTT group");
    public static readonly McxWarning SubscriptionInBroadcast = new(480, 105, "subscription not allowed in a broadcast group call");
    public static readonly McxWarning PrearrangedGroup = new(404, 117, "the group identity indicated in the request is a prearranged group");
    public static readonly McxWarning NotAffiliated = new(403, 120, "user is not affiliated to this group");
    public static readonly McxWarning TooManyParticipants = new(486, 122, "too many participants");
    public static readonly McxWarning SessionExists = new(200, 123, "MCPTT session already exists");
    public static readonly McxWarning CallDoesNotExist = new(404, 137, "the indicated group call does not exist");
    public static readonly McxWarning ConferenceStateNotAllowed = new(403, 138, "subscription of conference events not allowed");
    public static readonly McxWarning UserUnknown = new(404, 141, "user unknown to the participating function");
    public static readonly McxWarning GroupRegrouped = new(403, 148, "group is regrouped");
    public static readonly McxWarning InvalidBody = new(403, 150, "invalid combination(s) of data received in MIME body");
    public static readonly McxWarning RegroupCreationNotAuthorised = new(403, 160, "user not authorised to request creation of a regroup");
    public static readonly McxWarning RegroupRemovalNotAuthorised = new(403, 161, "user not authorised to request removal of a regroup");
    public static readonly McxWarning GroupDoesNotExist = new(403, 163, "the group identity indicated in the request does not exist");
    public static readonly McxWarning RegroupIdInUse = new(403, 165, "group ID for regroup already in use");
    public static readonly McxWarning PreconfiguredGroupNotCallable = new(403, 167, "call is not allowed on the preconfigured group");

    /// <summary>The one warning whose text has a free part: <c>user authorisation</c>, <c>group definition</c>, …</summary>
    public static McxWarning FunctionNotAllowed(string dueTo) => new(403, 100, $"function not allowed due to {dueTo}");
}
